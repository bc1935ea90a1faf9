/**
 * How many authorities may stand between a client's certificate and a trusted one. Node neither hands a depth on to OpenSSL nor shows a server
 * the chain. But a certificate can say this by itself: its path length constraint (RFC 5280, 4.2.1.9), to which OpenSSL holds in the handshake.
 * So OpenSSL is given copies of the trusted certificates that say it. Their signatures are no longer right, and nobody asks for those:
 * a certificate is trusted because it is in the file, and what others have of it, its name and its key, is as it was.
 */
import { X509Certificate } from 'node:crypto';

/** A value in DER: a byte for its kind, its length, its content. */
interface Element {
  readonly tag: number;
  readonly whole: Buffer;
  readonly content: Buffer;
}

const [BOOLEAN, INTEGER, OCTETS, SEQUENCE, EXTENSIONS] = [0x01, 0x02, 0x04, 0x30, 0xa3];
/** The object identifier 2.5.29.19, with tag and length. */
const BASIC_CONSTRAINTS = Buffer.from('0603551d13', 'hex');
const CRITICAL = Buffer.from([BOOLEAN, 1, 0xff]);
/** No chain is longer. */
const OPENSSL_DEPTH = 100;

/**
 * A copy of a certificate that signed itself and says that at most `depth` authorities may stand below it, fewer if it says so already.
 * Undefined if it does not say whether it is an authority's.
 */
export function withPathLength(certificate: X509Certificate, depth: number): X509Certificate | undefined {
  const [{ content }] = elementsOf(certificate.raw);
  const [toBeSigned, ...signature] = elementsOf(content);
  let found = false;
  const fields = elementsOf(toBeSigned.content).map((field) => {
    if (field.tag !== EXTENSIONS) return field.whole;
    const [{ content: extensions }] = elementsOf(field.content);
    const changed = elementsOf(extensions).map((extension) => {
      if (!isBasicConstraints(extension)) return extension.whole;
      found = true;
      return limited(extension, depth);
    });
    return element(EXTENSIONS, element(SEQUENCE, ...changed));
  });
  if (!found) return undefined;
  return new X509Certificate(element(SEQUENCE, element(SEQUENCE, ...fields), ...signature.map(({ whole }) => whole)));
}

/** `Extension ::= SEQUENCE { OBJECT IDENTIFIER, critical BOOLEAN, OCTET STRING }` */
function isBasicConstraints({ content }: Element): boolean {
  return content.subarray(0, BASIC_CONSTRAINTS.length).equals(BASIC_CONSTRAINTS);
}

/** In the octets: `BasicConstraints ::= SEQUENCE { cA BOOLEAN DEFAULT FALSE, pathLenConstraint INTEGER OPTIONAL }` */
function limited(extension: Element, depth: number): Buffer {
  const [constraints] = elementsOf(elementsOf(extension.content).at(-1)!.content);
  const [isAuthority, said] = elementsOf(constraints.content);
  if (isAuthority === undefined) return extension.whole;
  const before = said === undefined ? Infinity : said.content.readUIntBE(0, said.content.length);
  const pathLength = element(INTEGER, Buffer.from([Math.min(depth, before, OPENSSL_DEPTH)]));
  const octets = element(OCTETS, element(SEQUENCE, isAuthority.whole, pathLength));
  return element(SEQUENCE, BASIC_CONSTRAINTS, CRITICAL, octets);
}

function elementsOf(bytes: Buffer): Element[] {
  const elements: Element[] = [];
  for (let at = 0; at < bytes.length;) {
    const first = bytes[at + 1];
    const longer = first < 0x80 ? 0 : first - 0x80;
    const start = at + 2 + longer;
    const end = start + (longer === 0 ? first : bytes.readUIntBE(at + 2, longer));
    elements.push({ tag: bytes[at], whole: bytes.subarray(at, end), content: bytes.subarray(start, end) });
    at = end;
  }
  return elements;
}

function element(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([tag, ...lengthOf(content)]), content]);
}

/** As itself up to 127, otherwise in as many bytes as it takes, with their number before them. */
function lengthOf({ length }: Buffer): number[] {
  if (length < 0x80) return [length];
  const bytes: number[] = [];
  for (let rest = length; rest > 0; rest >>= 8) bytes.unshift(rest & 0xff);
  return [0x80 + bytes.length, ...bytes];
}
