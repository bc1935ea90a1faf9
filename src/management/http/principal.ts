/** Who asks over HTTP, and what its tags let it see and do (RabbitMQ: Management Plugin, "Access and Permissions"). */
import type { Identity } from '../../broker/access/identity.ts';
import { type Actor, OperatorActor, UserActor } from '../../broker/operations/actor.ts';
import type { Vhost } from '../../broker/topology/vhost.ts';
import { notAuthorised } from './problem.ts';
import { OPERATOR } from '../../util/control-socket.ts';

/** What a request asks of the tags of its user. */
export type Role = 'management' | 'monitoring' | 'policymaker' | 'administrator';

/** The tags that give a role, and what RabbitMQ says to who has none of them. */
const ROLES: Readonly<Record<Role, { readonly tags: readonly string[]; readonly refusal: string }>> = {
  management: {
    tags: ['management', 'policymaker', 'monitoring', 'administrator'],
    refusal: 'Not management user',
  },
  monitoring: { tags: ['monitoring', 'administrator'], refusal: 'Not monitor user' },
  policymaker: { tags: ['policymaker', 'administrator'], refusal: 'User not authorised to access object' },
  administrator: { tags: ['administrator'], refusal: 'Not administrator user' },
};

export interface Principal {
  readonly name: string;
  readonly tags: readonly string[];
  has(role: Role): boolean;
  /** True if it has permissions in the vhost. May throw AccessPending. */
  mayEnter(vhost: string): boolean;
  /** What it does in a vhost is done by this actor. */
  actorIn(vhost: Vhost): Actor;
}

/** A user who has said who it is. */
export class UserPrincipal implements Principal {
  readonly name: string;
  readonly tags: readonly string[];
  readonly #identity: Identity;

  constructor(identity: Identity) {
    this.#identity = identity;
    this.name = identity.name;
    this.tags = identity.tags;
  }

  has(role: Role): boolean {
    return this.tags.some((tag) => ROLES[role].tags.includes(tag));
  }

  mayEnter(vhost: string): boolean {
    return this.#identity.authority.mayEnter(vhost);
  }

  actorIn(vhost: Vhost): Actor {
    return new UserActor(this.#identity, vhost);
  }
}

/** Whoever may open the control socket: the user that the broker runs as. */
export class OperatorPrincipal implements Principal {
  readonly name = OPERATOR.user;
  readonly tags = ['administrator'];

  has(): boolean {
    return true;
  }

  mayEnter(): boolean {
    return true;
  }

  actorIn(vhost: Vhost): Actor {
    return new OperatorActor(vhost, this.name);
  }
}

/** Throws HttpProblem 401. Each further role asks for `management` too. */
export function checkRole(principal: Principal, role: Role): void {
  for (const needed of ['management', role] as const) {
    if (!principal.has(needed)) throw notAuthorised(ROLES[needed].refusal);
  }
}

/** True if the principal is shown what is in the vhost. */
export function sees(principal: Principal, vhost: string): boolean {
  return principal.mayEnter(vhost) || principal.has('monitoring');
}

/** Throws HttpProblem 401. */
export function checkEnters(principal: Principal, vhost: string): void {
  if (!principal.mayEnter(vhost)) throw notAuthorised('User not authorised to access virtual host');
}

/** Throws HttpProblem 401. */
export function checkSees(principal: Principal, vhost: string): void {
  if (!sees(principal, vhost)) throw notAuthorised('User not authorised to access virtual host');
}
