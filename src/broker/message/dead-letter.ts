/**
 * The message that is left of one that a queue discarded, with the history of its deaths (RabbitMQ: Dead Letter Exchanges). All that is
 * not history stays octet for octet: other headers, what CC says, earlier deaths.
 */
import {
  arrayOf,
  decodeTable,
  editFields,
  encodeFieldValue,
  forEachElement,
  tableOf,
} from '../../codec/field-table.ts';
import type { FieldTable } from '../../protocol/field-table.ts';
import { PROPERTY_EXPIRATION } from '../../protocol/generated/constants.ts';
import { integerIn, textIn } from '../arguments/fields.ts';
import type { Message } from './message.ts';

export type DeathReason = 'rejected' | 'expired' | 'maxlen' | 'delivery_limit';

export interface Death {
  readonly queue: string;
  readonly reason: DeathReason;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly deadLetterExchange: string;
  /** Undefined if the message keeps its routing keys. */
  readonly deadLetterRoutingKey: string | undefined;
}

/** One death of x-death. */
interface DeathElement {
  /** Its octets, with the type letter. */
  readonly octets: Buffer;
  readonly entry: FieldTable;
}

/** The header that has the history. */
export const DEATHS = 'x-death';
const NO_FIELDS = Buffer.alloc(0);
/** Type letter and length, which a table in an array has before its fields. */
const ELEMENT_HEAD_BYTES = 5;

/** A copy of the message on its way to the dead letter exchange. */
export function makeDeadLetter(message: Message, death: Death): Message {
  const { exchange, routingKey } = message;
  const letter = message.replacement();
  letter.setRoute(death.deadLetterExchange, death.deadLetterRoutingKey ?? routingKey);
  const headers = new Map<string, Buffer | undefined>([[DEATHS, addDeath(message, death)]]);
  // Of a history that a client sent the first death is not known.
  if (message.findHeader(DEATHS)?.type !== 'array') setDeath(headers, 'first', death, exchange);
  setDeath(headers, 'last', death, exchange);
  // A routing key of the queue's own replaces all that the message had; if it has none, CC goes on to count.
  if (death.deadLetterRoutingKey !== undefined) headers.set('CC', undefined);
  letter.changeProperties({ expiration: undefined }, headers);
  return letter;
}

/**
 * True if a message that died for another reason than a rejection comes back to a queue where it died before, and nobody
 * rejected it since: that would go on for ever.
 */
export function isCycle(letter: Message, queue: string): boolean {
  const deaths = deathsOf(letter);
  const before = deaths.findIndex(({ entry }) => textIn(entry, 'queue') === queue);
  return before >= 0 && deaths.slice(0, before + 1).every(({ entry }) => textIn(entry, 'reason') !== 'rejected');
}

/** True if the letter died in the queue before: it comes back to it. */
export function diedIn(letter: Message, queue: string): boolean {
  return deathsOf(letter).some(({ entry }) => textIn(entry, 'queue') === queue);
}

/** Newest first. What a client sent under this name, if it is no array of tables, does not count. */
export function deathsOf(message: Message): DeathElement[] {
  const found = message.findHeader(DEATHS);
  const deaths: DeathElement[] = [];
  if (found?.type !== 'array') return deaths;
  const { properties } = message;
  forEachElement(properties, found.valueStart, found.valueEnd, (type, start, end) => {
    if (type !== 'table') return;
    const entry = decodeTable(properties, start + ELEMENT_HEAD_BYTES, end);
    deaths.push({ octets: properties.subarray(start, end), entry });
  });
  return deaths;
}

/** The deaths, newest first: one entry a queue and reason, with their number. */
function addDeath(message: Message, death: Death): Buffer {
  const isSame = ({ entry }: DeathElement): boolean =>
    textIn(entry, 'queue') === death.queue && textIn(entry, 'reason') === death.reason;
  const deaths = deathsOf(message);
  const known = deaths.find(isSame);
  const newest = known === undefined ? firstDeath(message, death) : nextDeath(known);
  // A client may have sent several of the same: the first counts, as in RabbitMQ.
  return arrayOf([newest, ...deaths.filter((element) => !isSame(element)).map(({ octets }) => octets)]);
}

function firstDeath(message: Message, death: Death): Buffer {
  const entry = new Map<string, Buffer>([
    ['count', encodeFieldValue({ type: 'long', value: 1 })],
    ['reason', longstr(death.reason)],
    ['queue', longstr(death.queue)],
    ['time', encodeFieldValue({ type: 'timestamp', value: Math.floor(death.at / 1000) })],
    ['exchange', longstr(message.exchange)],
    ['routing-keys', arrayOf([longstr(message.routingKey), ...copiesOf(message)])],
  ]);
  const expiration = message.shortString(PROPERTY_EXPIRATION);
  if (expiration !== undefined) entry.set('original-expiration', longstr(expiration));
  return tableOf(editFields(NO_FIELDS, 0, 0, entry));
}

function nextDeath({ octets, entry }: DeathElement): Buffer {
  const count = encodeFieldValue({ type: 'long', value: (integerIn(entry, 'count') ?? 0) + 1 });
  return tableOf(editFields(octets, ELEMENT_HEAD_BYTES, octets.length, new Map([['count', count]])));
}

/** What CC lists. */
function copiesOf(message: Message): Buffer[] {
  const { properties } = message;
  const found = message.findHeader('CC');
  const keys: Buffer[] = [];
  if (found?.type !== 'array') return keys;
  forEachElement(properties, found.valueStart, found.valueEnd, (_type, start, end) => {
    keys.push(properties.subarray(start, end));
  });
  return keys;
}

function setDeath(
  headers: Map<string, Buffer | undefined>,
  which: 'first' | 'last',
  death: Death,
  exchange: string,
): void {
  headers.set(`x-${which}-death-exchange`, longstr(exchange));
  headers.set(`x-${which}-death-queue`, longstr(death.queue));
  headers.set(`x-${which}-death-reason`, longstr(death.reason));
}

function longstr(value: string): Buffer {
  return encodeFieldValue({ type: 'longstr', value });
}
