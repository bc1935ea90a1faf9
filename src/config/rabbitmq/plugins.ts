/** Plugins of RabbitMQ: which of them Leveret has built in, and what to say of one that it has not. */
import { readFileSync } from 'node:fs';
import type { ConfigNotice } from '../merge-sources.ts';
import { Atom, parseTerms, TermError } from './erlang-terms.ts';

/** What these do is always there. */
export const BUILT_IN_PLUGINS: readonly string[] = [
  'rabbitmq_management',
  'rabbitmq_management_agent',
  'rabbitmq_prometheus',
  'rabbitmq_web_dispatch',
  'rabbitmq_delayed_message_exchange',
  'rabbitmq_consistent_hash_exchange',
  'rabbitmq_random_exchange',
  'rabbitmq_recent_history_exchange',
  'rabbitmq_message_deduplication',
  'rabbitmq_auth_mechanism_ssl',
  'rabbitmq_auth_backend_http',
  'rabbitmq_auth_backend_cache',
  'rabbitmq_auth_backend_oauth2',
];

/** Plugins that need nothing done: what they are for does not arise here. */
const NEEDLESS = [
  'rabbitmq_peer_discovery_common',
  'rabbitmq_peer_discovery_k8s',
  'rabbitmq_peer_discovery_classic_config',
];

/** What the log says of the plugins that a file, `[rabbitmq_management,rabbitmq_prometheus].`, wants. */
export function enabledPluginsNotices(path: string): ConfigNotice[] {
  try {
    const [list] = parseTerms(readFileSync(path, 'utf8'));
    if (!Array.isArray(list) || !list.every((item) => item instanceof Atom))
      throw new TermError(1, 'is not one list of names');
    return pluginNotices(
      path,
      list.map(({ name }) => name),
    );
  } catch (error) {
    return [{ level: 'warn', text: `${path}: ${(error as Error).message}` }];
  }
}

/** @param place what names the plugins */
export function pluginNotices(place: string, names: readonly string[]): ConfigNotice[] {
  return names
    .filter((name) => !isBuiltIn(name))
    .map((name) => ({ level: 'warn', text: `${place}: the plugin ${name} has no counterpart here` }));
}

/** True if all that the plugin is for is there without it. */
export function isBuiltIn(name: string): boolean {
  return BUILT_IN_PLUGINS.includes(name) || NEEDLESS.includes(name);
}
