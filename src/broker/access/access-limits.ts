/** Limits of vhosts and users (RabbitMQ: Virtual Hosts, "Limits"; User Limits). Who counts asks here; nothing is counted here. */
import { AmqpError } from '../../protocol/amqp-error.ts';
import { ChangeError } from '../arguments/change-error.ts';
import { OWN_COMPONENT, type Parameters } from '../parameters/parameters.ts';
import { printJson } from '../arguments/print-json.ts';

/** RabbitMQ's component and name of a vhost's limits. */
export const VHOST_LIMITS = 'vhost-limits';
export const VHOST_LIMITS_NAME = 'limits';
const USER_LIMITS = `${OWN_COMPONENT}user-limits`;

/** A negative limit is none. */
export type VhostLimits = { readonly [Name in 'max-connections' | 'max-queues']?: number };
export type UserLimits = { readonly [Name in 'max-connections' | 'max-channels']?: number };

const VHOST_LIMIT_NAMES = ['max-connections', 'max-queues'];
const USER_LIMIT_NAMES = ['max-connections', 'max-channels'];

export class AccessLimits {
  readonly #parameters: Parameters;

  constructor(parameters: Parameters) {
    this.#parameters = parameters;
  }

  vhost(name: string): VhostLimits {
    return (this.#parameters.get(VHOST_LIMITS, name, VHOST_LIMITS_NAME) as VhostLimits | undefined) ?? {};
  }

  user(name: string): UserLimits {
    return (this.#parameters.get(USER_LIMITS, '', name) as UserLimits | undefined) ?? {};
  }

  /** The limits take the place of those there were. Throws ChangeError `invalid`. */
  setVhost(name: string, limits: Readonly<Record<string, unknown>>): void {
    checkVhostLimits(limits);
    this.#set(VHOST_LIMITS, name, VHOST_LIMITS_NAME, limits);
  }

  /** Likewise. */
  setUser(name: string, limits: Readonly<Record<string, unknown>>): void {
    checkUserLimits(limits);
    this.#set(USER_LIMITS, '', name, limits);
  }

  #set(component: string, vhost: string, name: string, limits: object): void {
    if (Object.keys(limits).length > 0) this.#parameters.put(component, vhost, name, limits);
    else this.#parameters.delete(component, vhost, name);
  }
}

/** The limit in force, Infinity if there is none. */
export function limitOf(limit: number | undefined): number {
  return limit === undefined || limit < 0 ? Infinity : limit;
}

/** Throws ChangeError `invalid` with RabbitMQ's text. */
export function checkVhostLimits(limits: Readonly<Record<string, unknown>>): void {
  const wrong = findWrong(limits, VHOST_LIMIT_NAMES, 'limits');
  if (wrong !== undefined) throw new ChangeError('invalid', `Validation failed\n\n${wrong}\n`);
}

/** Throws ChangeError `invalid` with RabbitMQ's text. */
export function checkUserLimits(limits: Readonly<Record<string, unknown>>): void {
  const wrong = findWrong(limits, USER_LIMIT_NAMES, 'user-limits');
  if (wrong !== undefined) throw new ChangeError('invalid', wrong);
}

function findWrong(
  limits: Readonly<Record<string, unknown>>,
  names: readonly string[],
  what: string,
): string | undefined {
  const unknown = Object.entries(limits).filter(([name]) => !names.includes(name));
  if (unknown.length > 0) {
    const terms = unknown.map(([name, value]) => `{${printJson(name)},${printJson(value)}}`);
    return `Unrecognised terms [${terms.join(',')}] in ${what}`;
  }
  for (const [name, value] of Object.entries(limits)) {
    if (!Number.isInteger(value)) return `${name} should be a number, actually was ${printJson(value)}`;
  }
  return undefined;
}

/** Throws AmqpError PRECONDITION_FAILED if the vhost has as many queues as it may have: `count`. */
export function checkQueueLimit(limits: AccessLimits, vhost: string, queue: string, count: number): void {
  const limit = limitOf(limits.vhost(vhost)['max-queues']);
  if (count < limit) return;
  throw new AmqpError(
    'PRECONDITION_FAILED',
    `cannot declare queue '${queue}': queue limit in vhost '${vhost}' (${limit}) is reached`,
  );
}
