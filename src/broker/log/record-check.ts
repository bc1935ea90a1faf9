/** Whether the data of a stored page is what a log writes: for `leveret store check`, since the store does not look inside. */
import type { PageHeader } from '../../store/stored-records.ts';
import {
  RECORD_DEADLINE,
  RECORD_HEAD_BYTES,
  RECORD_REFERENCE_BYTES,
  RECORD_SHARED,
  recordBodyId,
  recordBodySize,
  recordFlags,
  recordLength,
  recordOffset,
  viewRecord,
} from './record.ts';
import { Message } from '../message/message.ts';

/** What is wrong with the records of a page, the first thing only; undefined if nothing is. */
export function recordsProblem(page: PageHeader, data: Buffer): string | undefined {
  const { base, first, last, count, bodies, bodyBytes } = page;
  const references = new Map<number, number>();
  for (let i = 0; i < (bodies?.length ?? 0); i += 2) references.set(bodies![i], bodies![i + 1]);
  const message = new Message();
  let at = 0;
  let size = 0;
  let previous = first - 1;
  for (let position = 0; position < count; position++) {
    const where = `its record ${position}`;
    if (at + RECORD_HEAD_BYTES > data.length) return `it ends within ${where} of ${count}`;
    const length = recordLength(data, at);
    if (length < RECORD_HEAD_BYTES || at + length > data.length)
      return `${where} has an impossible length of ${length} bytes`;
    const seq = base + recordOffset(data, at);
    if (position === 0 ? seq !== first : seq <= previous)
      return `${where} has the number ${seq}, which is out of order`;
    const problem = contentProblem(data, at, message);
    if (problem !== undefined) return `${where} ${problem}`;
    const body = (recordFlags(data, at) & RECORD_SHARED) === 0 ? undefined : recordBodyId(data, at);
    if (body !== references.get(position)) return `${where} and the list of its bodies differ`;
    previous = seq;
    size += recordBodySize(data, at);
    at += length;
  }
  if (at !== data.length) return `${data.length - at} bytes follow its last record`;
  if (bodyBytes !== undefined && size !== bodyBytes)
    return `its bodies have ${size} bytes and should have ${bodyBytes}`;
  return previous === last ? undefined : `its last message is ${previous} and should be ${last}`;
}

function contentProblem(data: Buffer, at: number, message: Message): string | undefined {
  const flags = recordFlags(data, at);
  if ((flags & ~(RECORD_SHARED | RECORD_DEADLINE)) !== 0) return `has unknown flags ${flags}`;
  viewRecord(data, at, message);
  const { routeStart, routeEnd, bodyStart, bodyEnd } = message;
  const bodyBytes = bodyEnd - bodyStart;
  if (bodyBytes < 0) return 'has properties longer than itself';
  if ((flags & RECORD_SHARED) !== 0 && bodyBytes !== RECORD_REFERENCE_BYTES) return 'has no reference to its body';
  const exchangeEnd = routeStart + 1 + data[routeStart];
  const isRoute = exchangeEnd < routeEnd && exchangeEnd + 1 + data[exchangeEnd] === routeEnd;
  return isRoute ? undefined : 'has no exchange and routing key';
}
