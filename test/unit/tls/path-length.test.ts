import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { beforeAll, expect, it } from 'vitest';
import { withPathLength } from '../../../src/tls/path-length.ts';
import { Authority, type Issued, withoutExtensions } from '../../support/certificates.ts';
import { folderOfFile } from '../../support/temporary-folder.ts';

const folder = folderOfFile();
let authority: Authority;

beforeAll(() => {
  authority = new Authority(folder());
});

const certificateOf = ({ cert }: Issued) => new X509Certificate(readFileSync(cert));

function textOf(certificate: X509Certificate | undefined): string {
  return execFileSync('openssl', ['x509', '-noout', '-text'], { input: String(certificate), encoding: 'utf8' });
}

it('is said in a copy that is otherwise the same', () => {
  const certificate = certificateOf(authority);
  expect(textOf(withPathLength(certificate, 3))).toBe(textOf(certificate).replace('CA:TRUE', 'CA:TRUE, pathlen:3'));
});

it('stays if it is less already', () => {
  const once = withPathLength(certificateOf(authority), 1)!;
  expect(withPathLength(once, 5)!.raw).toEqual(once.raw);
  expect(textOf(withPathLength(once, 0))).toContain('CA:TRUE, pathlen:0');
});

it('makes no authority of what is none', () => {
  const none = certificateOf(authority.issue('none'));
  expect(withPathLength(none, 1)!.raw).toEqual(none.raw);
  expect(withPathLength(certificateOf(withoutExtensions(folder(), 'old')), 1)).toBeUndefined();
});
