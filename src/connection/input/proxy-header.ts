/**
 * The header by which a proxy says for whom it connects: PROXY protocol, versions 1 (a line of text) and 2 (binary). See the specification of
 * HAProxy, "The PROXY protocol", 2020.
 */
import { isIP } from 'node:net';
import { plainAddress } from '../../util/ip-address.ts';
import type { Ends } from '../lifecycle/endpoints.ts';

/** What a header says; `ends` is undefined if the proxy connects for itself, as a health check. */
export interface ProxyHeader {
  readonly ends: Ends | undefined;
  /** Bytes of the header. What follows is the client's. */
  readonly length: number;
}

const SIGNATURE_2 = Buffer.from('0d0a0d0a000d0a515549540a', 'hex');
const SIGNATURE_1 = Buffer.from('PROXY ');
/** The longest line of version 1, its end included. */
const LONGEST_LINE = 107;
const HEAD_2 = 16;
/** What may follow the addresses of version 2 is passed over, but not without end. */
const LONGEST_2 = 4096;
/** What an IPv4 address as one of IPv6 begins with: `::ffff:`. */
const MAPPED = Buffer.from('00000000000000000000ffff', 'hex');
const LINE = /^PROXY (?:UNKNOWN(?: .*)?|TCP([46]) (\S+) (\S+) (\d{1,5}) (\d{1,5}))\r\n$/;

/** `more` if it is not whole yet; `wrong` if it is no such header. */
export function readProxyHeader(bytes: Buffer): ProxyHeader | 'more' | 'wrong' {
  if (startsAlike(bytes, SIGNATURE_2)) return bytes.length < HEAD_2 ? 'more' : readVersion2(bytes);
  return startsAlike(bytes, SIGNATURE_1) ? readVersion1(bytes) : 'wrong';
}

/** True if what there is may be, or become, something with this signature. */
function startsAlike(bytes: Buffer, signature: Buffer): boolean {
  const length = Math.min(bytes.length, signature.length);
  return bytes.subarray(0, length).equals(signature.subarray(0, length));
}

function readVersion1(bytes: Buffer): ProxyHeader | 'more' | 'wrong' {
  const end = bytes.subarray(0, LONGEST_LINE).indexOf('\r\n');
  if (end < 0) return bytes.length < LONGEST_LINE ? 'more' : 'wrong';
  const match = LINE.exec(bytes.toString('latin1', 0, end + 2));
  if (match === null) return 'wrong';
  const [, family, peerHost, host, peerPort, port] = match;
  const length = end + 2;
  if (family === undefined) return { ends: undefined, length };
  const ends = {
    peerHost: plainAddress(peerHost),
    peerPort: Number(peerPort),
    host: plainAddress(host),
    port: Number(port),
  };
  const version = Number(family);
  const isSound =
    isAddress(peerHost, version) && isAddress(host, version) && Math.max(ends.peerPort, ends.port) < 65536;
  return isSound ? { ends, length } : 'wrong';
}

/** A zone, as in `fe80::1%eth0`, is of one machine alone. */
function isAddress(text: string, version: number): boolean {
  return isIP(text) === version && !text.includes('%');
}

/** Signature, version and command, family, length of the rest; the addresses; anything else. */
function readVersion2(bytes: Buffer): ProxyHeader | 'more' | 'wrong' {
  const [version, command] = [bytes[12] >> 4, bytes[12] & 15];
  const rest = bytes.readUInt16BE(14);
  if (version !== 2 || command > 1 || rest > LONGEST_2) return 'wrong';
  const length = HEAD_2 + rest;
  if (bytes.length < length) return 'more';
  const family = bytes[13] >> 4;
  const size = { 1: 4, 2: 16 }[family];
  // Of what is neither IPv4 nor IPv6, and of the proxy's own connections, nothing is to be known.
  if (command === 0 || size === undefined) return { ends: undefined, length };
  if (rest < 2 * size + 4) return 'wrong';
  const address = (at: number) => addressIn(bytes.subarray(at, at + size));
  const ports = HEAD_2 + 2 * size;
  const ends = {
    peerHost: address(HEAD_2),
    host: address(HEAD_2 + size),
    peerPort: bytes.readUInt16BE(ports),
    port: bytes.readUInt16BE(ports + 2),
  };
  return { ends, length };
}

function addressIn(bytes: Buffer): string {
  if (bytes.length === 4) return bytes.join('.');
  if (bytes.subarray(0, MAPPED.length).equals(MAPPED)) return addressIn(bytes.subarray(MAPPED.length));
  const groups = Array.from({ length: 8 }, (_, group) => bytes.readUInt16BE(2 * group).toString(16));
  // As everybody writes it: the zeros left out.
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1);
}
