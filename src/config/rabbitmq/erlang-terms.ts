/** Reads files of Erlang terms, each ended by a full stop: advanced.config, the classic rabbitmq.config, enabled_plugins. */

/** Strings and binaries are both text here; an atom is an object, so that `none` and `"none"` differ. */
export type Term = number | string | Atom | Tuple | readonly Term[];

export class Atom {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

export class Tuple {
  readonly items: readonly Term[];
  constructor(items: readonly Term[]) {
    this.items = items;
  }
}

/** What is no Erlang term. */
export class TermError extends Error {
  override readonly name = 'TermError';
  /** From 1. */
  readonly line: number;
  constructor(line: number, message: string) {
    super(message);
    this.line = line;
  }
}

/** Deeper nesting than this is no configuration. */
const MAX_DEPTH = 100;

/** Blanks and comments; matches at every place. */
const BLANK = /(?:\s|%[^\n]*)*/uy;

const TOKEN = new RegExp(
  [
    String.raw`(?<number>[+-]?\d+(?:\.\d+(?:[eE][+-]?\d+)?)?)`,
    String.raw`"(?<string>(?:[^"\\]|\\[^])*)"`,
    String.raw`'(?<quoted>(?:[^'\\]|\\[^])*)'`,
    String.raw`(?<atom>[a-z][\w@]*)`,
    String.raw`(?<sign><<|>>|[[\]{},.])`,
  ].join('|'),
  'uy',
);

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', s: ' ', e: '\u001b', '0': '\0' };

/** @throws TermError */
export function parseTerms(text: string): Term[] {
  const reader = new TermReader(text.replace(/^\uFEFF/, ''));
  const terms: Term[] = [];
  while (!reader.atEnd) {
    terms.push(reader.term(0));
    reader.expect('.');
  }
  return terms;
}

/**
 * One term, without its full stop.
 * @throws TermError
 */
export function parseTerm(text: string): Term {
  const [term, ...more] = parseTerms(`${text}.`);
  if (term === undefined || more.length > 0) throw new TermError(1, 'is not one Erlang term');
  return term;
}

type Token = Readonly<Partial<Record<'number' | 'string' | 'quoted' | 'atom' | 'sign', string>>>;

class TermReader {
  readonly #text: string;
  #at = 0;
  #tokenStart = 0;
  #token: Token | undefined;

  constructor(text: string) {
    this.#text = text;
    this.#next();
  }

  get atEnd(): boolean {
    return this.#token === undefined;
  }

  term(depth: number): Term {
    if (depth > MAX_DEPTH) this.#fail('is nested too deep');
    const token = this.#token ?? this.#fail('ends in the middle of a term');
    this.#next();
    if (token.number !== undefined) return Number(token.number);
    if (token.string !== undefined) return this.#strings(unescape(token.string));
    if (token.atom !== undefined) return new Atom(token.atom);
    if (token.quoted !== undefined) return new Atom(unescape(token.quoted));
    if (token.sign === '[') return this.#items(']', depth);
    if (token.sign === '{') return new Tuple(this.#items('}', depth));
    if (token.sign === '<<') return this.#binary();
    return this.#fail(`"${token.sign}" begins no term`);
  }

  expect(sign: string): void {
    if (this.#token?.sign !== sign) this.#fail(`"${sign}" is missing`);
    this.#next();
  }

  /** Strings side by side are one. */
  #strings(text: string): string {
    let joined = text;
    for (; this.#token?.string !== undefined; this.#next()) joined += unescape(this.#token.string);
    return joined;
  }

  #items(end: string, depth: number): Term[] {
    const items: Term[] = [];
    if (this.#token?.sign !== end) {
      items.push(this.term(depth + 1));
      while (this.#token?.sign === ',') {
        this.#next();
        items.push(this.term(depth + 1));
      }
    }
    this.expect(end);
    return items;
  }

  #binary(): string {
    let text = '';
    if (this.#token?.string !== undefined) {
      text = unescape(this.#token.string);
      this.#next();
    }
    this.expect('>>');
    return text;
  }

  #next(): void {
    BLANK.lastIndex = this.#at;
    BLANK.exec(this.#text);
    this.#at = this.#tokenStart = BLANK.lastIndex;
    if (this.#at === this.#text.length) {
      this.#token = undefined;
      return;
    }
    TOKEN.lastIndex = this.#at;
    const match = TOKEN.exec(this.#text) ?? this.#fail(`"${this.#text[this.#at]}" is not understood`);
    this.#at = TOKEN.lastIndex;
    this.#token = match.groups;
  }

  #fail(reason: string): never {
    throw new TermError(this.#text.slice(0, this.#tokenStart).split('\n').length, reason);
  }
}

function unescape(text: string): string {
  return text.replace(/\\([^])/g, (_, letter: string) => ESCAPES[letter] ?? letter);
}
