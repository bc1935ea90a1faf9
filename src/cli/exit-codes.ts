/** What the process ends with: the numbers of sysexits.h, as RabbitMQ's tools use them. */
export const EXIT = {
  ok: 0,
  /** `store check` found damage. */
  damaged: 1,
  /** An unknown option or command, or a wrong value on the command line. */
  usage: 64,
  /** The address cannot be listened on, or no broker answers a ping. */
  unavailable: 69,
  /** A defect of Leveret. */
  software: 70,
  /** The data folder cannot be used. */
  store: 74,
  /** A wrong value in the environment or in the config file; a Node that is too old. */
  config: 78,
} as const;
