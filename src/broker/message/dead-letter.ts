/** The message that is left of one that a queue gave up, with the history of its deaths (RabbitMQ: Dead Letter Exchanges). */
import { EMPTY_TABLE, type FieldTable, type FieldValue } from '../../protocol/field-table.ts';
import { integerIn, textIn } from '../arguments/fields.ts';
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
  const { headers = EMPTY_TABLE, expiration } = message.decodeProperties();
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
  const deaths = deathsOf(letter);
  const before = deaths.findIndex((entry) => textIn(entry, 'queue') === queue);
  return before >= 0 && deaths.slice(0, before + 1).every((entry) => textIn(entry, 'reason') !== 'rejected');
}

/** True where the letter died in the queue before: it comes back to it. */
export function diedIn(letter: Message, queue: string): boolean {
  return deathsOf(letter).some((entry) => textIn(entry, 'queue') === queue);
}

function deathsOf(letter: Message): FieldTable[] {
  return deathsIn(letter.decodeProperties().headers ?? EMPTY_TABLE);
}

/** The deaths, newest first: one entry a queue and reason, with their number. */
function addDeath(message: Message, headers: FieldTable, death: Death, expiration: string | undefined): FieldValue[] {
  const entries = deathsIn(headers);
  const index = entries.findIndex(
    (entry) => textIn(entry, 'queue') === death.queue && textIn(entry, 'reason') === death.reason,
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
  return new Map(known).set('count', { type: 'long', value: (integerIn(known, 'count') ?? 0) + 1 });
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

function longstr(value: string): FieldValue {
  return { type: 'longstr', value };
}
