/**
 * The files of the page: `dist/web`, which `scripts/page.ts` makes of `web/`, as they are and compressed. They are read when somebody first asks
 * for one. All but the first have names that say what is in them, so that a browser keeps them. The first has what the page would ask next within it.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { unawaited } from '../../util/guard.ts';
import { SECURITY_HEADERS } from '../http/security-headers.ts';
import { type AskAsPage, firstAnswers } from './first-answers.ts';

/** In the order in which they are preferred: by their name in HTTP, and the end of the file's name. */
const ENCODINGS = [
  ['br', '.br'],
  ['gzip', '.gz'],
] as const;

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** Everything comes from here, scripts and styles as files: nothing that stands in the page's text, or in data that it shows, runs. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join('; ');

const HEADERS = {
  ...SECURITY_HEADERS,
  'content-security-policy': POLICY,
  'cross-origin-resource-policy': 'same-origin',
  vary: 'accept-encoding',
};
/** Where the files are, from here: as published, as the tests bundle the broker, from the sources. */
const PLACES = ['./web/', '../../dist/web/', '../../../dist/web/'];
const FOR_EVER = 'public, max-age=31536000, immutable';
const FIRST = '/index.html';
/** In the first file: what stands between these two is put there. */
const ANSWERS = /(?<=<script type="application\/json" id="answers">).*?(?=<\/script>)/s;

interface PageFile {
  readonly type: string;
  readonly tag: string;
  /** By the name of the encoding; '' for the file as it is. */
  readonly variants: ReadonlyMap<string, Buffer>;
}

export class Page {
  readonly #ask: AskAsPage;
  #files: ReadonlyMap<string, PageFile> | undefined;

  constructor(ask: AskAsPage) {
    this.#ask = ask;
  }

  /** Answers a request for one of the files; returns false for any other, and for all while the page is not built. */
  answers(request: IncomingMessage, response: ServerResponse): boolean {
    const [path] = (request.url ?? '').split('?');
    if (path.startsWith('/api') || (request.method !== 'GET' && request.method !== 'HEAD')) return false;
    this.#files ??= readFiles();
    const name = path === '/' ? FIRST : path;
    const file = this.#files.get(name);
    if (file === undefined) return false;
    if (name === FIRST)
      unawaited((error) => response.destroy(error as Error), this.#sendFirst(request, response, file));
    else send(request, response, file);
    return true;
  }

  async #sendFirst(request: IncomingMessage, response: ServerResponse, { type, variants }: PageFile): Promise<void> {
    const answers = await firstAnswers(request, this.#ask);
    const text = variants
      .get('')!
      .toString()
      .replace(ANSWERS, () => answers);
    response.setHeaders(new Map(Object.entries({ ...HEADERS, 'cache-control': 'no-store', 'content-type': type })));
    response.writeHead(200, { 'content-length': Buffer.byteLength(text) });
    response.end(request.method === 'HEAD' ? undefined : text);
  }
}

function send({ headers, method }: IncomingMessage, response: ServerResponse, file: PageFile): void {
  const { type, tag, variants } = file;
  const own = { 'cache-control': FOR_EVER, etag: tag, 'content-type': type };
  response.setHeaders(new Map(Object.entries({ ...HEADERS, ...own })));
  if (headers['if-none-match'] === tag) {
    response.writeHead(304).end();
    return;
  }
  const accepted = headers['accept-encoding'] ?? '';
  const encoding =
    ENCODINGS.find(([name]) => variants.has(name) && new RegExp(`\\b${name}\\b`).test(accepted))?.[0] ?? '';
  const content = variants.get(encoding)!;
  if (encoding !== '') response.setHeader('content-encoding', encoding);
  response.writeHead(200, { 'content-length': content.length });
  response.end(method === 'HEAD' ? undefined : content);
}

/** By their paths. None if the page is not built. */
function readFiles(): Map<string, PageFile> {
  const folder = findFolder();
  if (folder === undefined) return new Map();
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return new Map(
    names
      .filter((name) => extname(name) in TYPES)
      .map((name) => [`/${name.split(sep).join('/')}`, readPageFile(folder, name, names)]),
  );
}

function findFolder(): string | undefined {
  // A bundler that makes CommonJS leaves no URL.
  const here: string | undefined = import.meta.url;
  if (here === undefined) return undefined;
  return PLACES.map((place) => fileURLToPath(new URL(place, here))).find((folder) => existsSync(folder));
}

function readPageFile(folder: string, name: string, names: readonly string[]): PageFile {
  const plain = readFileSync(join(folder, name));
  const compressed = ENCODINGS.filter(([, end]) => names.includes(name + end)).map(
    ([encoding, end]) => [encoding, readFileSync(join(folder, name + end))] as const,
  );
  const tag = `"${createHash('sha256').update(plain).digest('base64url').slice(0, 16)}"`;
  return { type: TYPES[extname(name)], tag, variants: new Map([['', plain], ...compressed]) };
}
