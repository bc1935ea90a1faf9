/** The default exchange has no name: in paths, and here, it is amq.default. */
import { at } from './client.ts';
import type { Binding } from './types.ts';

export function exchangeName(name: string): string {
  return name === '' ? 'amq.default' : name;
}

export function unbindPath({
  vhost,
  source,
  destination,
  destination_type: kind,
  properties_key: key,
}: Binding): string {
  return at`/bindings/${vhost}/e/${exchangeName(source)}/${kind === 'queue' ? 'q' : 'e'}/${destination}/${key}`;
}
