/** The kinds of value an option takes: how each is read from text and from JSON, and what is wrong with one that does not fit. */
import { isIP } from 'node:net';

/** What an option's type answers to a value that does not fit; undefined may be a value, that of a setting which is off. */
export const UNFIT = Symbol('unfit');

export interface OptionType {
  /** What is accepted, as it follows "must be" in an error and stands in the documentation. */
  readonly accepts: string;
  /** Name of the value in `--help`; undefined for an option that takes none. */
  readonly placeholder: string | undefined;
  /** A value from the command line or the environment. `UNFIT` if the text does not fit. */
  readonly fromText: (text: string) => unknown;
  /** A value from a config file or a program. `UNFIT` if it does not fit. */
  readonly fromValue: (value: unknown) => unknown;
  /** The value as a user would write it. */
  readonly toText: (value: unknown) => string;
}

/** An integer from `min` to `max`. */
export function integer(min: number, max: number): OptionType {
  const fits = (value: unknown) =>
    typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max ? value : UNFIT;
  return {
    accepts: `an integer from ${min} to ${max}`,
    placeholder: 'number',
    fromText: (text) => (/^-?\d+$/.test(text) ? fits(Number(text)) : UNFIT),
    fromValue: fits,
    toText: String,
  };
}

/** An integer from `min` up, or the word `unlimited`, which becomes Infinity. */
export function limit(min: number): OptionType {
  const bounded = integer(min, Number.MAX_SAFE_INTEGER);
  return {
    accepts: `an integer from ${min} up, or "unlimited"`,
    placeholder: 'number',
    fromText: (text) => (text === 'unlimited' ? Infinity : bounded.fromText(text)),
    fromValue: (value) => (value === 'unlimited' || value === Infinity ? Infinity : bounded.fromValue(value)),
    toText: (value) => (value === Infinity ? 'unlimited' : String(value)),
  };
}

/** A number of bytes from `min` up, or the word `auto`. */
export function bytesOrAuto(min: number): OptionType {
  const bytes = integer(min, Number.MAX_SAFE_INTEGER);
  return {
    accepts: `an integer from ${min} up, or "auto"`,
    placeholder: 'bytes',
    fromText: (text) => (text === 'auto' ? text : bytes.fromText(text)),
    fromValue: (value) => (value === 'auto' ? value : bytes.fromValue(value)),
    toText: String,
  };
}

/** Text of 1 to `maxBytes` bytes in UTF-8 without control characters. */
export function text(placeholder: string, maxBytes = 4096): OptionType {
  const fits = (value: unknown) =>
    typeof value === 'string' && value !== '' && Buffer.byteLength(value) <= maxBytes && !/[\u0000-\u001f]/.test(value)
      ? value
      : UNFIT;
  return {
    accepts: `text of 1 to ${maxBytes} bytes without control characters`,
    placeholder,
    fromText: fits,
    fromValue: fits,
    toText: String,
  };
}

/** The path of a URL: `/ws/amqp`. */
export function urlPath(): OptionType {
  return textThat('path', 'a path such as /ws/amqp', (path) => /^\/[\w./~-]{0,254}$/.test(path));
}

/** The mode of a file, in octal as chmod takes it: `660`. */
export function fileMode(): OptionType {
  const inOctal = (mode: unknown) => (mode as number).toString(8).padStart(3, '0');
  const fits = (value: unknown) =>
    typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 0o777 ? value : UNFIT;
  const fromText = (text: string) => (/^0?[0-7]{3}$/.test(text) ? Number.parseInt(text, 8) : UNFIT);
  return {
    accepts: 'three octal digits such as 660',
    placeholder: 'mode',
    fromText,
    fromValue: (value) => (typeof value === 'string' ? fromText(value) : fits(value)),
    toText: inOctal,
  };
}

/** Where a key is, and never the key itself, which other users of the machine could see: `file:PATH`, `env:NAME`, `command:COMMAND`. */
export function keySource(): OptionType {
  return textThat('source', 'file:PATH, env:NAME or command:COMMAND', (place) => /^(file|env|command):./.test(place));
}

/** The address of a database. What follows the scheme is looked at by who opens it. */
export function database(): OptionType {
  const accepts = 'an address such as postgres://user@host:5432/database';
  return textThat('address', accepts, (address) => /^postgres(ql)?:\/\/./.test(address));
}

/** What `type` takes, or `word`, which becomes undefined: the setting is off, or follows another. */
export function unless(word: string, type: OptionType): OptionType {
  return {
    ...type,
    accepts: `${type.accepts}, or "${word}"`,
    fromText: (text) => (text === word ? undefined : type.fromText(text)),
    fromValue: (value) => (value === word || value === undefined ? undefined : type.fromValue(value)),
    toText: (value) => (value === undefined ? word : type.toText(value)),
  };
}

/** One of the given words. */
export function choice(words: readonly string[], placeholder: string): OptionType {
  const fits = (value: unknown) => (words.includes(value as string) ? value : UNFIT);
  return {
    accepts: `one of ${words.join(', ')}`,
    placeholder,
    fromText: fits,
    fromValue: fits,
    toText: String,
  };
}

/** True or false; on the command line its presence means true. */
export function flag(): OptionType {
  return {
    accepts: 'true or false',
    placeholder: undefined,
    fromText: (text) => (text === 'true' || text === '1' ? true : text === 'false' || text === '0' ? false : UNFIT),
    fromValue: (value) => (typeof value === 'boolean' ? value : UNFIT),
    toText: String,
  };
}

/** Names separated by commas (in JSON an array of strings); the word `none` for no name at all. */
export function names(): OptionType {
  return {
    ...listOf(text('name', 255)),
    accepts: 'names separated by commas (an array in JSON), or "none"',
    placeholder: 'names',
  };
}

/** IP addresses and networks (`10.0.0.0/8`) separated by commas; `all` for every one, `none` for none. */
export function addresses(): OptionType {
  const fits = (value: unknown) => (value === 'all' || isNetwork(String(value)) ? value : UNFIT);
  const address: OptionType = { accepts: '', placeholder: '', fromText: fits, fromValue: fits, toText: String };
  return {
    ...listOf(address),
    accepts: 'IP addresses or networks such as 10.0.0.0/8, separated by commas (an array in JSON), "all" or "none"',
    placeholder: 'addresses',
  };
}

function isNetwork(text: string): boolean {
  const [address, bits, ...more] = text.split('/');
  const most = { 4: 32, 6: 128 }[isIP(address)];
  return (
    most !== undefined && more.length === 0 && (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= most))
  );
}

/** Paths of files separated by commas (in JSON an array of strings); the word `none` for no file at all. */
export function files(): OptionType {
  return {
    ...listOf(text('file')),
    accepts: 'files separated by commas (an array in JSON), or "none"',
    placeholder: 'files',
  };
}

/** Names, each with what it stands for (`form`, `NAME=VALUE`), separated by commas (in JSON an array of strings); the word `none` for none. */
export function pairs(form: string, placeholder: string): OptionType {
  return {
    ...listOf(textThat('pair', '', (value) => /^[^=]+=./.test(value))),
    accepts: `${form} separated by commas (an array in JSON), or "none"`,
    placeholder,
  };
}

/** Some of the given words, at least one, separated by commas (in JSON an array). */
export function words(known: readonly string[], placeholder: string): OptionType {
  return {
    ...someOf(choice(known, placeholder)),
    accepts: `some of ${known.join(', ')}, separated by commas (an array in JSON)`,
    placeholder,
  };
}

/** Of these names any number, separated by commas (in JSON an array of strings); the word `none` for no name at all. */
export function features(known: readonly string[]): OptionType {
  return {
    ...listOf(choice(known, 'name')),
    accepts: `some of ${known.join(', ')}, separated by commas (an array in JSON), or "none"`,
    placeholder: 'names',
  };
}

/** Backends, at least one, separated by commas (in JSON an array): each by its name, or two names with a colon between. */
export function backends(known: readonly string[]): OptionType {
  const passes = (word: string) => {
    const parts = word.split(':');
    return parts.length <= 2 && parts.every((part) => known.includes(part));
  };
  return {
    ...someOf(textThat('name', '', passes)),
    accepts: `some of ${known.join(', ')}, or two of them as in http:internal, separated by commas (an array in JSON)`,
    placeholder: 'names',
  };
}

/** A URL of HTTP or HTTPS. */
export function url(): OptionType {
  const passes = (value: string) => URL.canParse(value) && /^https?:$/.test(new URL(value).protocol);
  return textThat('url', 'a URL that begins with http:// or https://', passes);
}

/** Three regular expressions with blanks between them (in JSON an object): what a user may configure, write and read. */
export function permissions(): OptionType {
  const fits = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return UNFIT;
    const { configure, write, read, ...more } = value as Record<string, unknown>;
    const patterns = [configure, write, read];
    return patterns.every((pattern) => typeof pattern === 'string') && Object.keys(more).length === 0
      ? Object.freeze({ configure, write, read })
      : UNFIT;
  };
  return {
    accepts: 'three regular expressions with blanks between them (in JSON an object with configure, write and read)',
    placeholder: 'patterns',
    fromText: (text) => {
      const [configure, write, read, ...more] = text.trim().split(/\s+/);
      return more.length > 0 ? UNFIT : fits({ configure, write, read });
    },
    fromValue: fits,
    toText: (value) => Object.values(value as object).join(' '),
  };
}

/** Text that passes. */
function textThat(placeholder: string, accepts: string, passes: (value: string) => boolean): OptionType {
  const any = text(placeholder);
  const fits = (value: unknown) => (typeof value === 'string' && passes(value) ? any.fromValue(value) : UNFIT);
  return { ...any, accepts, fromText: fits, fromValue: fits };
}

/** Values of one type, at least one. */
function someOf(each: OptionType): ReturnType<typeof listOf> {
  const { fromText, fromValue, toText } = listOf(each);
  const atLeastOne = (read: unknown) => (Array.isArray(read) && read.length > 0 ? read : UNFIT);
  return { fromText: (text) => atLeastOne(fromText(text)), fromValue: (value) => atLeastOne(fromValue(value)), toText };
}

/** Values of one type; `none` for no value. */
function listOf(each: OptionType): Pick<OptionType, 'fromText' | 'fromValue' | 'toText'> {
  const fits = (values: unknown): unknown => {
    if (!Array.isArray(values) || values.some((value) => each.fromValue(value) === UNFIT)) return UNFIT;
    return Object.freeze([...(values as unknown[])]);
  };
  return {
    fromText: (text) => fits(text === 'none' ? [] : text.split(',').map((part) => part.trim())),
    fromValue: (value) => fits(value === 'none' ? [] : value),
    toText: (value) => ((value as string[]).length === 0 ? 'none' : (value as string[]).join(',')),
  };
}
