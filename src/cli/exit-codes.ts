/** What the process ends with: the numbers of sysexits.h, as RabbitMQ's tools use them. */
export const EXIT = {
  ok: 0,
  /** `store check` found damage. */
  damaged: 1,
  /** An unknown option or command, or a wrong value on the command line. */
  usage: 64,
  /** What a command was given, or names, is not right: a wrong password, a vhost that there is not, a bad file. */
  data: 65,
  /** A command names a user that there is not. */
  noUser: 67,
  /** The address cannot be listened on, no broker answers, or the broker refuses. */
  unavailable: 69,
  /** A defect of Leveret; or, as RabbitMQ has it, a command is to make what there is already. */
  software: 70,
  /** The data folder cannot be used. */
  store: 74,
  /** The broker did not answer in time. */
  timeout: 75,
  /** A wrong value in the environment or in the config file; a Node that is too old. */
  config: 78,
} as const;
