/** One setting as RabbitMQ's configuration has it: what its three forms (rabbitmq.conf, Erlang terms, arguments of the VM) come to. */
export interface ConfEntry {
  /** The key's parts: `listeners.tcp.default` is three. */
  readonly path: readonly string[];
  readonly value: string;
  /** Where it stands, for messages: `/etc/rabbitmq/rabbitmq.conf:12`. */
  readonly place: string;
}

/** The key as people write it. */
export function keyOf({ path }: ConfEntry): string {
  return path.join('.');
}

/** How messages name the entry. */
export function labelOf(entry: ConfEntry): string {
  return `${entry.place}: ${keyOf(entry)}`;
}
