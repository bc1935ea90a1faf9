/** Messages: sent, looked at, taken, and followed as they come. */
import { delay } from '../../../util/system.ts';
import { EXIT } from '../../exit-codes.ts';
import { path } from '../api.ts';
import type { Call, Command } from '../command.ts';
import { CommandError } from '../command-error.ts';
import type { Report } from '../output/output.ts';
import { missing } from './changes.ts';

interface Message {
  readonly position?: number;
  readonly exchange: string;
  readonly routing_key: string;
  readonly redelivered: boolean;
  readonly properties: object;
  readonly payload: string;
  readonly payload_bytes: number;
  readonly payload_encoding: string;
}

interface MessagePage {
  readonly items: readonly Message[];
  readonly next: number | null;
}

const group = 'Messages';
const VHOST = { name: 'vhost', short: 'p', value: '<vhost>' };
const COUNT = { name: 'count', short: 'n', value: '<number>' };
const MOST = 500;
/** Between two looks for new messages, in milliseconds. */
const PAUSE_MS = 300;

export const messages: readonly Command[] = [
  {
    name: 'publish',
    words: '<routing-key> [<payload>]',
    options: [VHOST, { name: 'exchange', short: 'x', value: '<name>' }, { name: 'properties', value: '<json>' }],
    group,
    description:
      'Publish a message, to the queue of that name unless an exchange is named; the payload may come by standard input',
    run: async (call) => {
      const [key, given] = call.words;
      const exchange = call.option('exchange') ?? 'amq.default';
      const answer = await call.api.post<{ readonly routed: boolean }>(
        path`/exchanges/${call.vhost}/${exchange}/publish`,
        {
          routing_key: key,
          payload: given ?? (await call.input()),
          payload_encoding: 'string',
          properties: propertiesIn(call),
        },
      );
      if (answer?.routed) return { text: 'published', json: { routed: true } };
      throw new CommandError(EXIT.unavailable, `no queue took the message: nothing is bound for ${key}`);
    },
  },
  {
    name: 'get',
    words: '<queue>',
    options: [VHOST, COUNT, { name: 'take' }],
    group,
    description:
      'Show the first messages of a queue or stream, which stay where they are; with --take they are removed',
    run: async (call) => {
      const { api, vhost, words } = call;
      const [queue] = words;
      const count = countIn(call, 10);
      const found = call.flag('take')
        ? await api.post<readonly Message[]>(path`/queues/${vhost}/${queue}/get`, {
            count,
            ackmode: 'ack_requeue_false',
            encoding: 'auto',
          })
        : (await api.get<MessagePage>(path`/queues/${vhost}/${queue}/messages?count=${count}`)).items;
      const all = found ?? [];
      return { text: all.length === 0 ? 'none' : all.map(textOf).join('\n\n'), json: all };
    },
    on: { 404: missing('queue') },
  },
  {
    name: 'tail',
    words: '<queue>',
    options: [VHOST, COUNT],
    group,
    description: 'Follow a queue or stream: the last messages (10), then each that comes, until Ctrl-C; none is taken',
    run: async (call) => {
      const { items, end } = await lastOf(call, countIn(call, 10));
      for (const message of items) call.print(reportOf(message));
      let from = end;
      for (;;) {
        const page = await pageFrom(call, from);
        for (const message of page.items) call.print(reportOf(message));
        from = endOf(page, from);
        if (page.next === null) await delay(PAUSE_MS);
      }
    },
    on: { 404: missing('queue') },
  },
];

/** The last messages, and the position that the next one will have at least. */
async function lastOf(
  call: Call,
  count: number,
): Promise<{ readonly items: readonly Message[]; readonly end: number }> {
  let items: readonly Message[] = [];
  let from = 0;
  for (;;) {
    const page = await pageFrom(call, from);
    items = [...items, ...page.items].slice(-count);
    from = endOf(page, from);
    if (page.next === null) return { items, end: from };
  }
}

function pageFrom({ api, vhost, words: [queue] }: Call, from: number): Promise<MessagePage> {
  return api.get(path`/queues/${vhost}/${queue}/messages?count=${MOST}&from=${from}`);
}

function endOf({ items, next }: MessagePage, from: number): number {
  if (next !== null) return next;
  const last = items.at(-1)?.position;
  return last === undefined ? from : last + 1;
}

function reportOf(message: Message): Report {
  return { text: textOf(message), json: message };
}

/** A line that says what it is, and the payload. */
function textOf({ exchange, routing_key: key, redelivered, properties, payload, ...rest }: Message): string {
  const { position, payload_bytes: bytes, payload_encoding: encoding } = rest;
  const facts = [
    ...(position === undefined ? [] : [`#${position}`]),
    exchange === '' ? key : `${exchange} ${key}`,
    `${bytes} bytes${encoding === 'base64' ? ' (base64)' : ''}`,
    ...(redelivered ? ['redelivered'] : []),
    ...(Object.keys(properties).length === 0 ? [] : [JSON.stringify(properties)]),
  ];
  return `${facts.join('  ')}\n${printable(payload)}`;
}

/** What could move a terminal's cursor or set its colours is shown as a code. */
function printable(text: string): string {
  return text.replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, (char) => {
    return `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`;
  });
}

/** Throws CommandError. */
function countIn({ option }: Call, byDefault: number): number {
  const count = Number(option('count') ?? byDefault);
  if (Number.isInteger(count) && count >= 1 && count <= MOST) return count;
  throw new CommandError(EXIT.usage, `--count must be a number from 1 to ${MOST}`);
}

function propertiesIn({ option }: Call): object {
  const text = option('properties') ?? '{}';
  try {
    return JSON.parse(text) as object;
  } catch {
    throw new CommandError(EXIT.usage, `--properties must be a JSON object, not ${text}`);
  }
}
