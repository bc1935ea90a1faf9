/** What rabbitmqadmin of RabbitMQ 3.x ends with: everything but a wrong option is exit code 1. */
export class AdminError extends Error {
  override readonly name = 'AdminError';
  readonly exitCode: number;

  /** `text`: as it is written to standard error. */
  constructor(text: string, exitCode = 1) {
    super(text);
    this.exitCode = exitCode;
  }
}

/** What the broker, or the way to it, refuses. */
export function died(text: string): AdminError {
  return new AdminError(`*** ${text}\n\n`);
}

export function usageError(text: string): AdminError {
  return new AdminError(`\nERROR: ${text}\n\nrabbitmqadmin --help for help\n\n`);
}
