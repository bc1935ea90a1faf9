/**
 * The patterns of scopes: a `*` stands for any text, and what is special in a scope (`*`, `/`, `%`) is percent-encoded where it stands for itself
 * (RabbitMQ: OAuth 2, "Scope-to-Permission Translation").
 */
export type Wildcard = (text: string) => boolean;

/** One that cannot be decoded matches nothing. */
export function wildcard(pattern: string): Wildcard {
  const parts = decode(pattern);
  if (parts === undefined) return () => false;
  const [first, ...rest] = parts;
  const last = rest.pop();
  if (last === undefined) return (text) => text === first;
  return (text) => {
    if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last)) return false;
    const end = text.length - last.length;
    let at = first.length;
    for (const part of rest) {
      const found = text.indexOf(part, at);
      if (found < 0 || found + part.length > end) return false;
      at = found + part.length;
    }
    return true;
  };
}

/** A text as a pattern has it that it alone is to match. */
export function literally(text: string): string {
  return encodeURIComponent(text).replaceAll('*', '%2A');
}

function decode(pattern: string): string[] | undefined {
  try {
    return pattern.split('*').map((part) => decodeURIComponent(part.replaceAll('+', ' ')));
  } catch {
    return undefined;
  }
}
