/** Asks the backends in their order who somebody is (RabbitMQ: Access Control, "Combining Backends"). */
import type { AuthBackendPair, Authority, Credentials, Identity, LoginPeer, Refusal } from './identity.ts';

/** The first that lets it in decides; if none does, all of them say why. */
export async function authenticate(
  backends: readonly AuthBackendPair[],
  credentials: Credentials,
  peer: LoginPeer,
): Promise<Identity | Refusal> {
  const refusals: string[] = [];
  for (const { authn, authz } of backends) {
    const found = await authn.authenticate(credentials, peer);
    if (isRefusal(found)) refusals.push(found.refusal);
    else if (authn === authz) return found;
    else {
      const allowed = await authz.authorize(found.name, credentials, peer);
      if (!isRefusal(allowed)) return new CombinedIdentity(found, allowed);
      refusals.push(allowed.refusal);
    }
  }
  return { refusal: refusals.join('; ') };
}

export function isRefusal(answer: Identity | Refusal): answer is Refusal {
  return 'refusal' in answer;
}

/** Who one backend has let in, and what another says that it may do. Tags are of both. */
class CombinedIdentity implements Identity {
  readonly #found: Identity;
  readonly #allowed: Identity;

  constructor(found: Identity, allowed: Identity) {
    this.#found = found;
    this.#allowed = allowed;
  }

  get name(): string {
    return this.#found.name;
  }

  get tags(): readonly string[] {
    return [...new Set([...this.#found.tags, ...this.#allowed.tags])];
  }

  get authority(): Authority {
    return this.#allowed.authority;
  }

  get expiresAt(): number {
    return Math.min(this.#found.expiresAt, this.#allowed.expiresAt);
  }

  get holds(): boolean {
    return this.#found.holds && this.#allowed.holds;
  }

  async renew(secret: Buffer): Promise<Identity | Refusal> {
    const found = await this.#found.renew(secret);
    if (isRefusal(found)) return found;
    const allowed = await this.#allowed.renew(secret);
    return isRefusal(allowed) ? allowed : new CombinedIdentity(found, allowed);
  }
}
