/** What rabbitmqadmin of RabbitMQ 3.x does with its words: `list queues`, `declare queue name=q`, `publish routing_key=q`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { AdminError, died, usageError } from './admin-error.ts';
import type { AdminConnection } from './connection.ts';
import { formatted, type ListOptions } from './formats.ts';
import { subcommands, CONFIGURATION } from './help.ts';
import {
  type Action,
  type Actions,
  CLOSABLE,
  DECLARABLE,
  DELETABLE,
  GET,
  LISTABLE,
  type Listing,
  PUBLISH,
  PURGABLE,
  SHOWABLE,
} from './objects.ts';
import { literal, text } from './python.ts';

export interface AdminCall {
  readonly words: readonly string[];
  readonly option: (key: string) => string | undefined;
  readonly connection: AdminConnection;
  readonly list: ListOptions;
  /** All that is given to standard input. */
  readonly input: () => Promise<Buffer>;
}

/** What is printed: `answer` always, `note` unless `--quiet`. */
export interface Printed {
  readonly answer?: string;
  readonly note?: string;
}

type Upload = Record<string, unknown>;

/** By the first word. They throw AdminError. */
export const ACTIONS: Readonly<Record<string, (call: AdminCall) => Printed | Promise<Printed>>> = {
  list: (call) => show(call, 'list', LISTABLE),
  show: (call) => show(call, 'show', SHOWABLE),
  declare: (call) => declare(call, DECLARABLE),
  delete: (call) => remove(call, DELETABLE, 'deleted'),
  close: (call) => remove(call, CLOSABLE, 'closed'),
  purge: (call) => remove(call, PURGABLE, 'purged'),
  publish: async (call) => {
    const { path, upload } = parse(call, call.words, PUBLISH);
    if (upload.payload === undefined) {
      upload.payload = (await call.input()).toString('base64');
      upload.payload_encoding = 'base64';
    }
    const answer = await call.connection.ask('POST', path, JSON.stringify(upload));
    const { routed } = JSON.parse(answer) as { readonly routed: boolean };
    return { note: routed ? 'Message published' : 'Message published but NOT routed' };
  },
  get: async (call) => {
    const { path, upload } = parse(call, call.words, GET);
    const { payload_file: file, count } = upload;
    if (file !== undefined && count !== '1') throw usageError('Cannot get multiple messages using payload_file');
    const messages = await call.connection.ask('POST', path, JSON.stringify(upload));
    if (file === undefined) return { answer: formatted(messages, [], {}, call.list) };
    writePayload(text(file), messages);
    const columns = ['routing_key', 'exchange', 'message_count', 'payload_bytes', 'redelivered'];
    return { answer: formatted(messages, columns, {}, call.list) };
  },
  export: async (call) => {
    const file = onlyWord(call);
    writeTo(file, await call.connection.ask('GET', definitionsPath(call)));
    return { note: `Exported definitions for ${call.connection.host} to "${file}"` };
  },
  import: async (call) => {
    const file = onlyWord(call);
    await call.connection.ask('POST', definitionsPath(call), readFrom(file));
    return {
      note: `Uploaded definitions from "${call.connection.host}" to ${file}. The import process may take some time. Consult server logs to track progress.`,
    };
  },
  help: (call) => {
    const topic = onlyWord(call);
    if (topic === 'subcommands') return { answer: subcommands() };
    if (topic === 'config') return { answer: CONFIGURATION };
    throw usageError('help topic must be one of:\n  subcommands\n  config');
  },
};

async function show(call: AdminCall, verb: string, all: Readonly<Record<string, Listing>>): Promise<Printed> {
  const [kind = '', ...columns] = call.words;
  if (!Object.hasOwn(all, kind)) throw usageError(`Don't know how to ${verb} ${kind}`);
  const listing = all[kind];
  const vhost = listing.vhost ? call.option('vhost') : undefined;
  const depth = call.option('depth');
  const short = depth === undefined && !call.list.format.includes('json');
  const asked = columns.length > 0 ? columns : short ? (listing.columns ?? []) : [];
  const query = [
    ...(asked.length > 0 ? [`columns=${asked.map(encoded).join(',')}`] : []),
    ...(call.option('sort') === undefined ? [] : [`sort=${encoded(call.option('sort')!)}`]),
    ...(call.option('sort_reverse') === undefined ? [] : ['sort_reverse=true']),
  ].join('&');
  const path = `/${kind.replaceAll('_', '-')}${vhost === undefined ? '' : `/${encoded(vhost)}`}`;
  const json = await call.connection.ask('GET', query === '' ? path : `${path}?${query}`);
  return { answer: formatted(verb === 'show' ? `[${json}]` : json, asked, listing, call.list) };
}

export async function declare(call: AdminCall, all: Actions): Promise<Printed> {
  const { kind, path, upload } = read(call, all);
  const { queue_type: type } = upload;
  if (type !== undefined) upload.arguments = { ...(upload.arguments as object), 'x-queue-type': type };
  await call.connection.ask(kind === 'binding' ? 'POST' : 'PUT', path, JSON.stringify(upload));
  return { note: `${kind} declared` };
}

export async function remove(call: AdminCall, all: Actions, done = ''): Promise<Printed> {
  const { kind, path } = read(call, all);
  await call.connection.ask('DELETE', path);
  return { note: `${kind} ${done}` };
}

interface Parsed {
  readonly path: string;
  readonly upload: Upload;
}

function read(call: AdminCall, all: Actions): Parsed & { readonly kind: string } {
  const [kind, ...words] = call.words;
  if (kind === undefined) throw usageError('Type not specified');
  if (!Object.hasOwn(all, kind)) throw usageError(`Type ${kind} not recognised`);
  return { kind, ...parse(call, words, all[kind]) };
}

/** Words such as `name=q`, and the defaults of those that are not given. */
function parse({ option }: AdminCall, words: readonly string[], action: Action): Parsed {
  const { needed, optional = {}, json = [] } = action;
  const known = [...needed.flat(), ...Object.keys(optional)];
  const given = words.map((word) => {
    const at = word.indexOf('=');
    if (at < 0) throw usageError(`Argument "${word}" not in the name=value format`);
    const [name, value] = [word.slice(0, at), word.slice(at + 1)];
    if (!known.includes(name)) throw usageError(`Argument "${name}" is not recognised`);
    return [name, json.includes(name) ? jsonIn(value) : value] as const;
  });
  const defaults = Object.entries(optional).filter(([, value]) => value !== undefined);
  const upload: Upload = Object.fromEntries([...defaults, ...given]);
  for (const one of needed) {
    if (typeof one === 'string') {
      if (!Object.hasOwn(upload, one)) throw usageError(`mandatory argument "${one}" is required`);
    } else if (!one.some((name) => Object.hasOwn(upload, name))) {
      throw usageError(`one of mandatory arguments "${literal(one)}" is required`);
    }
  }
  if (!needed.includes('vhost')) upload.vhost = option('vhost') ?? option('declare_vhost') ?? '/';
  return { path: filled(action.path, upload), upload };
}

/** The path with the values that it names. Throws AdminError for one that is empty, which no path can have. */
function filled(template: string, upload: Upload): string {
  return template.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value = name === 'destination_char' ? text(upload.destination_type)[0] : upload[name];
    if (typeof value !== 'string' || value === '') throw usageError(`argument "${name}" must not be empty`);
    return encoded(value);
  });
}

/** Throws AdminError. */
export function jsonIn(given: string): unknown {
  try {
    return JSON.parse(given);
  } catch {
    throw new AdminError(`ERROR: Could not parse JSON:\n  ${given}\n`);
  }
}

function definitionsPath({ option }: AdminCall): string {
  const vhost = option('vhost');
  return vhost === undefined ? '/definitions' : `/definitions/${encoded(vhost)}`;
}

function onlyWord({ words }: AdminCall): string {
  if (words.length !== 1) throw usageError('Exactly one argument required');
  return words[0];
}

/** Percent-encoded, all but letters, digits and `_.-~`. */
function encoded(text: string): string {
  return encodeURIComponent(text).replaceAll(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

function writePayload(file: string, messages: string): void {
  const [message] = JSON.parse(messages) as readonly { payload: string; payload_encoding: string }[];
  if (message === undefined) throw died('There is no message to write');
  writeTo(file, Buffer.from(message.payload, message.payload_encoding === 'base64' ? 'base64' : 'utf8'));
}

/** Throws AdminError. */
export function writeTo(file: string, content: string | Buffer): void {
  try {
    writeFileSync(file, content);
  } catch (error) {
    throw died(`${file} cannot be written: ${(error as Error).message}`);
  }
}

/** Throws AdminError. */
export function readFrom(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw died(`${file} cannot be read: ${(error as Error).message}`);
  }
}
