/** OpenID Connect Discovery 1.0, section 4. */
import type { HttpClient } from './http-client.ts';

/** What an identity provider says of itself: where its keys are, where it lets in. Rejects with an Error that says why it is not known. */
export function discoverProvider(issuer: string, client: HttpClient): Promise<Readonly<Record<string, unknown>>> {
  return client.askJson({ url: `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration` });
}
