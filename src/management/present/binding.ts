/** A binding, as the HTTP API shows it, and the key that tells it apart in paths (RabbitMQ: HTTP API, `/api/bindings`). */
import { createHash } from 'node:crypto';
import type { Binding } from '../../broker/routing/exchange/binding.ts';
import type { Vhost } from '../../broker/topology/vhost.ts';
import { encodeTable } from '../../codec/field-table.ts';
import type { FieldTable } from '../../protocol/field-table.ts';
import type { Fields } from '../lists/fields.ts';
import type { View } from '../view.ts';
import { showTable } from './table.ts';

/** Both real bindings and those that the default exchange has to every queue. */
export interface ShownBinding {
  readonly vhost: string;
  readonly source: string;
  readonly kind: 'queue' | 'exchange';
  readonly destination: string;
  readonly routingKey: string;
  readonly arguments: FieldTable;
}

export const BINDING_FIELDS: Fields<ShownBinding, View> = {
  source: ({ source }) => source,
  vhost: ({ vhost }) => vhost,
  destination: ({ destination }) => destination,
  destination_type: ({ kind }) => kind,
  routing_key: ({ routingKey }) => routingKey,
  arguments: ({ arguments: args }) => showTable(args),
  properties_key: (binding) => propertiesKey(binding),
};

export function shownBinding(
  vhost: Vhost,
  { source, destination, routingKey, arguments: args }: Binding,
): ShownBinding {
  const { kind, name } = destination;
  return { vhost: vhost.name, source: source.name, kind, destination: name, routingKey, arguments: args };
}

/** `~` for no routing key and no arguments; else the key as a form has it, and six characters that stand for the arguments. */
export function propertiesKey({ routingKey, arguments: args }: Pick<ShownBinding, 'routingKey' | 'arguments'>): string {
  if (args.size === 0) return routingKey === '' ? '~' : formEncoded(routingKey);
  const hash = createHash('sha256').update(encodeTable(args)).digest().subarray(0, 4);
  return `${formEncoded(routingKey)}~${hash.toString('base64url')}`;
}

function formEncoded(text: string): string {
  // A text of JSON may have half a character.
  return encodeURIComponent(text.toWellFormed())
    .replace(/[!'()*~]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+');
}
