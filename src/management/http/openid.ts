/**
 * Signing in to the page by OpenID Connect: the authorization code flow with PKCE (RFC 6749 section 4.1, RFC 7636). The browser is sent to
 * the identity provider and comes back with a code, for which the broker gets an access token; that is a password as any other then.
 */
import { createHash } from 'node:crypto';
import type { Chance } from '../../util/chance.ts';
import { uniqueName } from '../../util/chance.ts';
import type { Clock } from '../../util/clock.ts';
import type { HttpClient } from '../../util/http-client.ts';
import { discoverProvider } from '../../util/openid-discovery.ts';
import { type Asking, cookie, cookieIn, originOf } from './cookies.ts';

/** How long somebody may be at the provider, in milliseconds, and how many may be there at once: the oldest makes room. */
const AWAY_MS = 600_000;
const MOST_AWAY = 1000;
const COOKIE = 'leveret-openid';
/** Where the browser comes back to. */
const OPENID_PATH = '/api/session/openid';

export interface OpenIdSettings {
  readonly clientId: string;
  /** Undefined for a public client, as a page is one. */
  readonly clientSecret: string | undefined;
  /** What the provider's paths begin with. */
  readonly providerUrl: string;
  readonly scopes: readonly string[];
}

interface Away {
  /** The secret whose hash the provider was shown. */
  readonly verifier: string;
  readonly until: number;
}

interface Provider {
  readonly authorization_endpoint: string;
  readonly token_endpoint: string;
}

export class OpenIdError extends Error {
  override readonly name = 'OpenIdError';
}

export class OpenIdSignIn {
  readonly settings: OpenIdSettings;
  readonly #client: HttpClient;
  readonly #clock: Clock;
  readonly #chance: Chance;
  readonly #away = new Map<string, Away>();

  constructor(settings: OpenIdSettings, client: HttpClient, clock: Clock, chance: Chance) {
    this.settings = settings;
    this.#client = client;
    this.#clock = clock;
    this.#chance = chance;
  }

  /** The headers that send the browser to the provider. Rejects with OpenIdError. */
  async begin(browser: Asking): Promise<Readonly<Record<string, string>>> {
    const { authorization_endpoint: endpoint } = await this.#provider();
    const [state, verifier] = [uniqueName(this.#chance), this.#chance.bytes(32).toString('base64url')];
    if (this.#away.size >= MOST_AWAY) this.#away.delete(this.#away.keys().next().value!);
    this.#away.set(state, { verifier, until: this.#clock.elapsed() + AWAY_MS });
    const url = new URL(endpoint);
    const parameters = {
      response_type: 'code',
      client_id: this.settings.clientId,
      redirect_uri: originOf(browser) + OPENID_PATH,
      scope: this.settings.scopes.join(' '),
      state,
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
    };
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
    // Another site's page brings the browser back: a strict cookie would not come with it.
    return { location: url.href, 'set-cookie': cookie(COOKIE, browser, state, AWAY_MS / 1000, 'Lax') };
  }

  /** The access token for the code that the browser has come back with. Rejects with OpenIdError. */
  async finish(code: string, state: string, browser: Asking): Promise<string> {
    const away = this.#away.get(state);
    this.#away.delete(state);
    if (away === undefined || away.until < this.#clock.elapsed() || cookieIn(COOKIE, browser.headers) !== state) {
      throw new OpenIdError('this browser was not sent to the provider, or it was long ago');
    }
    const { token_endpoint: url } = await this.#provider();
    const { clientId, clientSecret } = this.settings;
    const form = new URLSearchParams({
      grant_type: 'authorization_code',
      code,
      redirect_uri: originOf(browser) + OPENID_PATH,
      client_id: clientId,
      code_verifier: away.verifier,
      ...(clientSecret === undefined ? {} : { client_secret: clientSecret }),
    });
    const headers = { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' };
    const answer = await from(url, this.#client.askJson({ url, method: 'POST', headers, body: form.toString() }));
    if (typeof answer.access_token !== 'string') throw new OpenIdError('the provider gives no access token');
    return answer.access_token;
  }

  async #provider(): Promise<Provider> {
    const { providerUrl: url } = this.settings;
    const { authorization_endpoint, token_endpoint } = await from(url, discoverProvider(url, this.#client));
    if (!isUrl(authorization_endpoint) || !isUrl(token_endpoint)) {
      throw new OpenIdError('the provider does not say where it lets in');
    }
    return { authorization_endpoint, token_endpoint };
  }
}

/** What comes from the provider. Rejects with an OpenIdError that names it. */
async function from<Answer>(url: string, answer: Promise<Answer>): Promise<Answer> {
  try {
    return await answer;
  } catch (error) {
    throw new OpenIdError(`${new URL(url).origin}: ${(error as Error).message}`);
  }
}

function isUrl(value: unknown): value is string {
  return typeof value === 'string' && URL.canParse(value) && /^https?:/.test(value);
}
