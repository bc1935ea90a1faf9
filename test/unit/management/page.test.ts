/** The page's files as they are served: small, kept, and bound by a policy that runs nothing else. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Broker } from '../../../src/index.ts';

const FOLDER = join(import.meta.dirname, '../../../dist/web');

let broker: Broker;
beforeAll(async () => {
  broker = await Broker.start({ port: 0, managementPort: 0 });
});
afterAll(() => broker.stop());

/** Node's own fetch decodes what was compressed, and mends paths. */
function get(path: string, headers: Readonly<Record<string, string>> = {}, method = 'GET') {
  return new Promise<{ status: number; headers: NodeJS.Dict<string | string[]>; bytes: Buffer }>((resolve, reject) => {
    const asked = request({ port: broker.managementPort, path, headers, method }, (response) => {
      const pieces: Buffer[] = [];
      response.on('data', (piece: Buffer) => pieces.push(piece));
      response.on('end', () => {
        resolve({ status: response.statusCode!, headers: response.headers, bytes: Buffer.concat(pieces) });
      });
    });
    asked.on('error', reject).end();
  });
}

function files(): string[] {
  return readdirSync(FOLDER, { recursive: true, encoding: 'utf8' }).filter((name) =>
    statSync(join(FOLDER, name)).isFile(),
  );
}

describe('the page', () => {
  it('is the first thing that a browser finds, and is asked for anew each time', async () => {
    const first = await get('/');
    expect([first.status, first.headers['content-type'], first.headers['cache-control']]).toEqual([
      200,
      'text/html; charset=utf-8',
      'no-store',
    ]);
    expect(first.bytes).toEqual(readFileSync(join(FOLDER, 'index.html')));
    const head = await get('/', {}, 'HEAD');
    expect([head.status, head.headers['content-length'], head.bytes.length]).toEqual([
      200,
      String(first.bytes.length),
      0,
    ]);
  });

  it('runs no script but its own files, and stands in no frame', async () => {
    const { headers, bytes } = await get('/');
    const policy = String(headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('unsafe');
    expect([headers['x-content-type-options'], headers['referrer-policy'], headers['x-frame-options']]).toEqual([
      'nosniff',
      'no-referrer',
      'DENY',
    ]);
    expect(bytes.toString()).not.toMatch(/<script(?! type="application\/json")(?![^>]* src=)|<style|\son\w+=|\sstyle=/);
  });

  it('has within it who is signed in and what the overview begins with, so that it need not ask', async () => {
    const name = '</script><!--"';
    await broker.users.create(name, 'secret', ['monitoring']);
    const port = broker.managementPort!;
    const signedIn = await fetch(`http://localhost:${port}/api/session`, {
      method: 'POST',
      headers: { 'x-leveret-page': '1' },
      body: JSON.stringify({ username: name, password: 'secret' }),
    });
    const [cookie] = signedIn.headers.get('set-cookie')!.split(';');
    const answers = async (headers: Readonly<Record<string, string>>): Promise<unknown> => {
      const { bytes } = await get('/', { host: `localhost:${port}`, ...headers });
      const [, json] = /<script type="application\/json" id="answers">(.*?)<\/script>/s.exec(bytes.toString())!;
      return JSON.parse(json) as unknown;
    };
    expect(await answers({ cookie })).toEqual({
      '/whoami': { name, tags: ['monitoring'] },
      '/overview': expect.objectContaining({ rates_mode: 'detailed' }) as unknown,
    });
    expect(await answers({ 'sec-fetch-site': 'none' })).toEqual({ '/whoami': null });
    // The browser keeps the cookie from what another site leads to.
    expect(await answers({ 'sec-fetch-site': 'cross-site' })).toEqual({});
    expect(await answers({ cookie: `${cookie}x` })).toEqual({});
    await broker.users.delete(name);
    expect(await answers({ cookie })).toEqual({});
  });

  it('has files that a browser keeps, compressed as it likes them', async () => {
    const script = files().find((name) => name.endsWith('.js'))!;
    const plain = await get(`/${script}`);
    expect(plain.headers['cache-control']).toBe('public, max-age=31536000, immutable');
    const again = await get(`/${script}`, { 'if-none-match': String(plain.headers['etag']) });
    expect([again.status, again.bytes.length]).toEqual([304, 0]);
    for (const [encoding, end] of [
      ['br', '.br'],
      ['gzip', '.gz'],
    ] as const) {
      const { headers, bytes } = await get(`/${script}`, { 'accept-encoding': encoding });
      expect(headers['content-encoding']).toBe(encoding);
      expect(bytes).toEqual(readFileSync(join(FOLDER, script + end)));
    }
  });

  it('takes 150 KB at most, compressed, and names no other host', () => {
    const names = files();
    const size = names
      .filter((name) => name.endsWith('.br') || !names.includes(`${name}.br`))
      .filter((name) => !name.endsWith('.gz'))
      .reduce((sum, name) => sum + statSync(join(FOLDER, name)).size, 0);
    expect(size).toBeLessThan(150_000);
    const texts = names
      .filter((name) => /\.(?:html|js|css)$/.test(name))
      .map((name) => readFileSync(join(FOLDER, name), 'utf8'));
    const hosts = texts.flatMap((text) => [...text.matchAll(/https?:\/\/[^\s"'`)]+/g)].map(([address]) => address));
    // Names of namespaces are never fetched.
    expect(hosts.filter((address) => !address.startsWith('http://www.w3.org/'))).toEqual([]);
  });

  it('is nothing beside its files', async () => {
    for (const path of [
      '/../package.json',
      '/assets/../../package.json',
      '/%2e%2e/package.json',
      '/nothing',
      '/index.html.br',
      '/assets',
    ]) {
      expect((await get(path)).status, path).toBe(404);
    }
    expect((await get('/', {}, 'POST')).status).toBe(404);
  });
});
