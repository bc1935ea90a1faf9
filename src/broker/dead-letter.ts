/** The message that is left of one that a queue gave up, with the history of its deaths (RabbitMQ: Dead Letter Exchanges). */
import { decodeProperties } from '../codec/properties.ts';
import { EMPTY_TABLE, type FieldTable, type FieldValue } from '../protocol/field-table.ts';
import { isInteger } from './arguments/field-equality.ts';
import type { Message } from './message.ts';

export type DeathReason = 'rejected' | 'expired' | 'maxlen' | 'delivery_limit';

export interface Death {
  readonly queue: string;
  readonly reason: DeathReason;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly deadLetterExchange: string;
  /** Undefined where the message keeps its routing keys. */
  readonly deadLetterRoutingKey: string | undefined;
}

/** A copy of the message on its way to the dead letter exchange. */
export function deadLetter(message: Message, death: Death): Message {
  const { properties, propertiesStart, propertiesEnd } = message;
  const { headers = EMPTY_TABLE, expiration } = decodeProperties(properties, propertiesStart, propertiesEnd);
  const { exchange, routingKey } = message;
  const letter = message.copy();
  letter.inPlaceOfAnother = true;
  letter.setRoute(death.deadLetterExchange, death.deadLetterRoutingKey ?? routingKey);
  const changed = new Map(headers);
  changed.set('x-death', { type: 'array', value: addDeath(message, headers, death, expiration) });
  if (!changed.has('x-first-death-reason')) setDeath(changed, 'first', death, exchange);
  setDeath(changed, 'last', death, exchange);
  // A routing key of the queue's own replaces all that the message had; where it has none, CC goes on to count.
  if (death.deadLetterRoutingKey !== undefined) changed.delete('CC');
  letter.changeProperties({
    headers: new Map([...changed].sort(([a], [b]) => (a < b ? -1 : 1))),
    expiration: undefined,
  });
  return letter;
}

/**
 * True where a message that died for another reason than a rejection comes back to a queue where it died before, and nobody
 * rejected it since: that would go on for ever.
 */
export function isCycle(letter: Message, queue: string): boolean {
  const { headers } = decodeProperties(letter.properties, letter.propertiesStart, letter.propertiesEnd);
  const deaths = deathsIn(headers ?? EMPTY_TABLE);
  const before = deaths.findIndex((entry) => textOf(entry, 'queue') === queue);
  return before >= 0 && deaths.slice(0, before + 1).every((entry) => textOf(entry, 'reason') !== 'rejected');
}

/** True where the letter died in the queue before: it comes back to it. */
export function diedIn(letter: Message, queue: string): boolean {
  const { headers } = decodeProperties(letter.properties, letter.propertiesStart, letter.propertiesEnd);
  return deathsIn(headers ?? EMPTY_TABLE).some((entry) => textOf(entry, 'queue') === queue);
}

/** The deaths, newest first: one entry a queue and reason, with their number. */
function addDeath(message: Message, headers: FieldTable, death: Death, expiration: string | undefined): FieldValue[] {
  const entries = deathsIn(headers);
  const index = entries.findIndex(
    (entry) => textOf(entry, 'queue') === death.queue && textOf(entry, 'reason') === death.reason,
  );
  const known = index < 0 ? undefined : entries.splice(index, 1)[0];
  const entry = known === undefined ? firstEntry(message, headers, death, expiration) : nextEntry(known);
  return [entry, ...entries].map((value) => ({ type: 'table', value }));
}

function firstEntry(message: Message, headers: FieldTable, death: Death, expiration: string | undefined): FieldTable {
  const cc = headers.get('CC');
  const keys: FieldValue[] = [longstr(message.routingKey), ...(cc?.type === 'array' ? cc.value : [])];
  const entry = new Map<string, FieldValue>([
    ['count', { type: 'long', value: 1 }],
    ['reason', longstr(death.reason)],
    ['queue', longstr(death.queue)],
    ['time', { type: 'timestamp', value: Math.floor(death.at / 1000) }],
    ['exchange', longstr(message.exchange)],
    ['routing-keys', { type: 'array', value: keys }],
  ]);
  if (expiration !== undefined) entry.set('original-expiration', longstr(expiration));
  return entry;
}

function nextEntry(known: FieldTable): FieldTable {
  const count = known.get('count');
  const next = count !== undefined && isInteger(count) ? Number(count.value) + 1 : 1;
  return new Map(known).set('count', { type: 'long', value: next });
}

function setDeath(headers: Map<string, FieldValue>, which: 'first' | 'last', death: Death, exchange: string): void {
  headers.set(`x-${which}-death-exchange`, longstr(exchange));
  headers.set(`x-${which}-death-queue`, longstr(death.queue));
  headers.set(`x-${which}-death-reason`, longstr(death.reason));
}

/** What a client sent under this name, if it is no array of tables, does not count. */
function deathsIn(headers: FieldTable): FieldTable[] {
  const field = headers.get('x-death');
  if (field?.type !== 'array') return [];
  return field.value.flatMap((entry) => (entry.type === 'table' ? [entry.value] : []));
}

function textOf(entry: FieldTable, name: string): string | undefined {
  const field = entry.get(name);
  return field?.type === 'longstr' ? field.value.toString() : undefined;
}

function longstr(value: string): FieldValue {
  return { type: 'longstr', value };
}
