/** Who issues tokens: it publishes its keys, which a test may exchange, and signs what a test says. */
import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as readText } from 'node:stream/consumers';
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';

interface SigningKey {
  readonly kid: string;
  readonly privateKey: Awaited<ReturnType<typeof generateKeyPair>>['privateKey'];
  readonly jwk: JWK;
}

export class TokenServer implements AsyncDisposable {
  readonly #server: Server;
  #keys: SigningKey[] = [];
  /** How often the keys were fetched. */
  fetches = 0;
  /** The claims of whoever signs in by a browser; undefined: the provider lets nobody in. */
  person: Readonly<Record<string, unknown>> | undefined = {};
  /** Hashes of secrets, by the codes that were given out for them. */
  readonly #codes = new Map<string, string>();
  /** False: nothing can be had. */
  isUp = true;

  static async start(): Promise<TokenServer> {
    const server = new TokenServer();
    await server.rotate();
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', resolve));
    return server;
  }

  private constructor() {
    this.#server = createServer((request, response) => {
      if (!this.isUp) {
        response.writeHead(503).end();
        return;
      }
      const { pathname, searchParams } = new URL(request.url!, this.issuer);
      if (pathname === '/authorize') {
        response.writeHead(302, { location: this.#authorize(searchParams) }).end();
        return;
      }
      if (pathname === '/token') {
        void readText(request).then(async (body) => {
          const token = await this.#exchange(new URLSearchParams(body));
          response.writeHead(token === undefined ? 400 : 200).end(JSON.stringify({ access_token: token }));
        });
        return;
      }
      const answer = this.#answer(request.url!);
      if (answer === undefined) response.writeHead(404).end();
      else response.setHeader('content-type', 'application/json').end(JSON.stringify(answer));
    });
  }

  get issuer(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get jwksUrl(): string {
    return `${this.issuer}/keys`;
  }

  /** Puts another key in place of those there were. */
  async rotate(algorithm = 'RS256'): Promise<void> {
    const { privateKey, publicKey } = await generateKeyPair(algorithm, { extractable: true });
    const kid = `key-${Math.random()}`;
    this.#keys = [{ kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg: algorithm, use: 'sig' } }];
  }

  /** A token of this issuer for `rabbitmq`, of a user `ann`, that is good for an hour, unless the claims say otherwise. */
  sign(claims: Readonly<Record<string, unknown>> = {}, header: { readonly kid?: string } = {}): Promise<string> {
    const [{ kid, privateKey, jwk }] = this.#keys;
    const now = Math.floor(Date.now() / 1000);
    const all = { iss: this.issuer, aud: 'rabbitmq', sub: 'ann', iat: now, exp: now + 3600, ...claims };
    return new SignJWT(all).setProtectedHeader({ alg: jwk.alg!, kid, ...header }).sign(privateKey);
  }

  /** Lets in at once, without asking anybody. */
  #authorize(asked: URLSearchParams): string {
    const back = new URL(asked.get('redirect_uri')!);
    back.searchParams.set('state', asked.get('state')!);
    if (this.person === undefined) back.searchParams.set('error', 'access_denied');
    else {
      const code = `code-${Math.random()}`;
      this.#codes.set(code, asked.get('code_challenge')!);
      back.searchParams.set('code', code);
    }
    return back.href;
  }

  /** Undefined unless the code is one, and of who has its secret. */
  async #exchange(form: URLSearchParams): Promise<string | undefined> {
    const challenge = this.#codes.get(form.get('code') ?? '');
    this.#codes.delete(form.get('code') ?? '');
    const shown = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    return challenge === shown ? this.sign(this.person) : undefined;
  }

  #answer(path: string): unknown {
    if (path === '/keys') {
      this.fetches++;
      return { keys: this.#keys.map(({ jwk }) => jwk) };
    }
    if (path === '/.well-known/openid-configuration') {
      return {
        issuer: this.issuer,
        jwks_uri: this.jwksUrl,
        authorization_endpoint: `${this.issuer}/authorize`,
        token_endpoint: `${this.issuer}/token`,
      };
    }
    return undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
