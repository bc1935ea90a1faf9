/** What rabbitmqadmin of RabbitMQ 3.x ends with: everything but a wrong option is exit code 1. */
export class AdminError extends Error {
  override readonly name = 'AdminError';
  readonly exitCode: number;
  /** Of the API's answer; `unreachable` without one; undefined for what never got so far. */
  readonly status: number | 'unreachable' | undefined;

  /** `text`: as it is written to standard error. */
  constructor(text: string, exitCode = 1, status?: number | 'unreachable') {
    super(text);
    this.exitCode = exitCode;
    this.status = status;
  }
}

/** What the broker, or the way to it, refuses. */
export function died(text: string, status?: number | 'unreachable'): AdminError {
  return new AdminError(`*** ${text}\n\n`, 1, status);
}

export function usageError(text: string): AdminError {
  return new AdminError(`\nERROR: ${text}\n\nrabbitmqadmin --help for help\n\n`);
}
