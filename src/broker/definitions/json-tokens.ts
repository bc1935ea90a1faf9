/**
 * The texts of a JSON text, and single characters outside of them. No pattern goes over the texts themselves: for millions of escapes it has no room, and
 * of one without an end it would look for that from each of its quotes.
 */

export interface Token {
  /** The character; a quote if it is a text. */
  readonly mark: string;
  readonly start: number;
  /** Behind it. */
  readonly end: number;
}

/** `marks`: finds quotes, and the characters that are wanted; with the flag g. */
export function* tokensOf(json: string, marks: RegExp): Generator<Token> {
  const found = new RegExp(marks);
  for (let match = found.exec(json); match !== null; match = found.exec(json)) {
    const [mark] = match;
    if (mark === '"') found.lastIndex = endOfText(json, match.index);
    yield { mark, start: match.index, end: found.lastIndex };
  }
}

/** Behind the quote that ends it; the end of all if there is none. */
function endOfText(json: string, start: number): number {
  for (let at = json.indexOf('"', start + 1); at !== -1; at = json.indexOf('"', at + 1)) {
    let escapes = 0;
    while (json[at - 1 - escapes] === '\\') escapes++;
    if (escapes % 2 === 0) return at + 1;
  }
  return json.length;
}
