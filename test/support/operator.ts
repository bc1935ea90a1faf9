/**
 * What an operator does to the broker under test: through its own administration where it runs in this process, and by the
 * command in LEVERET_TEST_CTL (such as "rabbitmqctl -n rabbit@localhost") where it does not.
 */
import type { Broker } from '../../src/index.ts';
import { runOk } from './processes/run.ts';

type Patterns = readonly [configure: string, write: string, read: string];
type JsonObject = Readonly<Record<string, unknown>>;

export interface Policy {
  readonly name: string;
  readonly vhost: string;
  readonly pattern: string;
  readonly definition: JsonObject;
  readonly priority?: number;
  readonly applyTo?: 'all' | 'queues' | 'exchanges';
  readonly operator?: boolean;
}

export interface Operator {
  addVhost(name: string): Promise<void>;
  deleteVhost(name: string): Promise<void>;
  /** The password is the name. */
  addUser(name: string): Promise<void>;
  deleteUser(name: string): Promise<void>;
  permit(user: string, vhost: string, patterns: Patterns): Promise<void>;
  forbid(user: string, vhost: string): Promise<void>;
  permitTopics(user: string, vhost: string, exchange: string, write: string, read: string): Promise<void>;
  forgetTopics(user: string, vhost: string): Promise<void>;
  limitVhost(name: string, limits: JsonObject): Promise<void>;
  limitUser(name: string, limits: JsonObject): Promise<void>;
  setPolicy(policy: Policy): Promise<void>;
  clearPolicy(policy: Pick<Policy, 'name' | 'vhost' | 'operator'>): Promise<void>;
}

export function operatorOf(broker: Broker): Operator {
  const { vhosts, users, policies } = broker;
  return {
    addVhost: (name) => vhosts.create(name),
    deleteVhost: (name) => vhosts.delete(name),
    addUser: (name) => users.create(name, name),
    deleteUser: (name) => users.delete(name),
    permit: (user, vhost, [configure, write, read]) => users.setPermissions(user, vhost, { configure, write, read }),
    forbid: (user, vhost) => users.clearPermissions(user, vhost),
    permitTopics: (user, vhost, exchange, write, read) =>
      users.setTopicPermissions(user, vhost, exchange, { write, read }),
    forgetTopics: (user, vhost) => users.clearTopicPermissions(user, vhost),
    limitVhost: (name, limits) => vhosts.setLimits(name, limits),
    limitUser: (name, limits) => users.setLimits(name, limits),
    setPolicy: (policy) => policies.set(policy),
    clearPolicy: ({ name, ...place }) => policies.clear(name, place),
  };
}

/** By rabbitmqctl's commands. */
export function operatorByCommand(): Operator {
  return {
    addVhost: async (name) => {
      await control('add_vhost', name);
      await control('set_permissions', '-p', name, 'guest', '.*', '.*', '.*');
    },
    deleteVhost: (name) => control('delete_vhost', name),
    addUser: (name) => control('add_user', name, name),
    deleteUser: (name) => control('delete_user', name),
    permit: (user, vhost, patterns) => control('set_permissions', '-p', vhost, user, ...patterns),
    forbid: (user, vhost) => control('clear_permissions', '-p', vhost, user),
    permitTopics: (user, vhost, exchange, write, read) =>
      control('set_topic_permissions', '-p', vhost, user, exchange, write, read),
    forgetTopics: (user, vhost) => control('clear_topic_permissions', '-p', vhost, user),
    limitVhost: (name, limits) => control('set_vhost_limits', '-p', name, JSON.stringify(limits)),
    limitUser: async (name, limits) => {
      await control('clear_user_limits', name, 'all');
      await control('set_user_limits', name, JSON.stringify(limits));
    },
    setPolicy: ({ name, vhost, pattern, definition, priority = 0, applyTo = 'all', operator }) => {
      const options = ['--priority', String(priority), '--apply-to', applyTo];
      const command = operator === true ? 'set_operator_policy' : 'set_policy';
      return control(command, '-p', vhost, ...options, name, pattern, JSON.stringify(definition));
    },
    clearPolicy: ({ name, vhost, operator }) =>
      control(operator === true ? 'clear_operator_policy' : 'clear_policy', '-p', vhost, name),
  };
}

async function control(...args: readonly string[]): Promise<void> {
  const [command = '', ...first] = (process.env['LEVERET_TEST_CTL'] ?? '').split(' ');
  await runOk(command, [...first, ...args]);
}
