/** `broker.policies`: settings for queues and exchanges by pattern, changed while the broker runs (RabbitMQ: Policies). */
import type { BrokerNode } from '../broker/topology/broker-node.ts';
import type { Applied } from '../broker/policy/vhost-policies.ts';
import type { ApplyTo, Policy, PolicyKind } from '../broker/policy/policy.ts';
import { clearPolicy, listPolicies, policiesOf, setPolicy } from '../broker/operations/policies.ts';

/** Which policy is meant. */
export interface PolicyPlace {
  /** The default vhost by default. */
  readonly vhost?: string | undefined;
  /** True for an operator policy, which bounds what policies and declarations say; false by default. */
  readonly operator?: boolean | undefined;
}

export interface PolicyOptions extends PolicyPlace {
  readonly name: string;
  /** Regular expression for the names of queues and exchanges. */
  readonly pattern: string;
  /** Settings by RabbitMQ's names, such as `{ 'message-ttl': 60_000, 'dead-letter-exchange': 'dead' }`. */
  readonly definition: Readonly<Record<string, unknown>>;
  /** Of the policies that match, the one with the highest priority counts; 0 by default. */
  readonly priority?: number | undefined;
  /** `all` by default. */
  readonly applyTo?: ApplyTo | undefined;
}

/** Promises resolve when the change is stored; it counts at once, for queues and exchanges that exist too. */
export class Policies {
  readonly #node: BrokerNode;
  readonly #defaultVhost: string;

  /** @internal */
  constructor(node: BrokerNode, defaultVhost: string) {
    this.#node = node;
    this.#defaultVhost = defaultVhost;
  }

  /** @throws ChangeError `not-found` */
  list({ vhost = this.#defaultVhost, operator }: PolicyPlace = {}): Policy[] {
    return listPolicies(this.#node, vhost, kindOf(operator));
  }

  /**
   * Sets the policy, in place of one of the same name.
   * @throws ChangeError `not-found` for the vhost, `invalid` with RabbitMQ's text
   */
  async set({ vhost = this.#defaultVhost, operator, ...options }: PolicyOptions): Promise<void> {
    const { name, pattern, definition, priority = 0, applyTo = 'all' } = options;
    const policy = { name, pattern, definition, priority, applyTo };
    await setPolicy(this.#node, vhost, kindOf(operator), policy).untilStored();
  }

  /** @throws ChangeError `not-found` for the vhost or the policy */
  async clear(name: string, { vhost = this.#defaultVhost, operator }: PolicyPlace = {}): Promise<void> {
    await clearPolicy(this.#node, vhost, kindOf(operator), name).untilStored();
  }

  /**
   * What counts for a queue or an exchange beside its arguments.
   * @throws ChangeError `not-found`
   */
  appliedTo(kind: 'queue' | 'exchange', name: string, { vhost = this.#defaultVhost }: PolicyPlace = {}): Applied {
    return policiesOf(this.#node, vhost, kind, name);
  }
}

function kindOf(operator: boolean | undefined): PolicyKind {
  return operator === true ? 'operator_policy' : 'policy';
}
