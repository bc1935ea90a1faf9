/** What the broker is called where RabbitMQ names a node: `rabbit@` and the name of the machine. */
import { hostname } from 'node:os';

export function nodeName(): string {
  return `rabbit@${hostname().split('.')[0]}`;
}
