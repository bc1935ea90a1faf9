/** What tools ask beside the broker's own objects: versions, logins, feature flags, and what is not there (RabbitMQ: HTTP API). */
import { rabbitmqHash } from '../../broker/access/passwords.ts';
import { SECRETS } from '../../config/options.ts';
import { logInOverHttp } from '../http/authentication.ts';
import { checkRole } from '../http/principal.ts';
import { badRequest, noObject } from '../http/problem.ts';
import type { Reply } from '../http/resource.ts';
import { type Call, NO_CONTENT, type Resource } from '../http/resource.ts';
import { checkNode } from './nodes.ts';

/** RabbitMQ's flags that scripts ask for: all that they stand for is so here. */
const FEATURE_FLAGS = [
  'classic_mirrored_queue_version',
  'classic_queue_type_delivery_support',
  'detailed_queues_endpoint',
  'direct_exchange_routing_v2',
  'drop_unroutable_metric',
  'empty_basic_get_metric',
  'feature_flags_v2',
  'implicit_default_bindings',
  'listener_records_in_ets',
  'maintenance_mode_status',
  'message_containers',
  'quorum_queue',
  'quorum_queue_non_voters',
  'restart_streams',
  'stream_filtering',
  'stream_queue',
  'stream_sac_coordinator_unblock_group',
  'stream_single_active_consumer',
  'stream_update_config_command',
  'tracking_records_in_ets',
  'user_limits',
  'virtual_host_metadata',
];

export const miscellany: readonly Resource[] = [
  { path: '/version', GET: { role: 'anyone', handle: ({ context: { config } }) => config.productVersion } },
  {
    path: '/openapi.json',
    GET: { role: 'management', handle: describe },
  },
  { path: '/extensions', GET: { role: 'management', handle: () => [{ javascript: 'dispatcher.js' }] } },
  {
    path: '/auth',
    GET: { role: 'anyone', handle: showAuth },
  },
  { path: '/login', POST: { role: 'anyone', handle: logIn } },
  {
    path: '/auth/hash_password/:password',
    GET: {
      role: 'administrator',
      handle: ({ params: { password } }) => ({ ok: rabbitmqHash(password).passwordHash }),
    },
  },
  {
    path: '/auth/attempts/:node',
    GET: { role: 'monitoring', handle: showAttempts },
    DELETE: { role: 'administrator', handle: forgetAttempts },
  },
  {
    // RabbitMQ counts by source only if it is told to (track_auth_attempt_source), and else answers so.
    path: '/auth/attempts/:node/source',
    GET: { role: 'monitoring', handle: (call) => (checkNode(call), []) },
    DELETE: { role: 'administrator', handle: forgetAttempts },
  },
  { path: '/reset', DELETE: { role: 'administrator', handle: forgetRates } },
  { path: '/reset/:node', DELETE: { role: 'administrator', handle: (call) => (checkNode(call), forgetRates(call)) } },
  { path: '/config/effective', GET: { role: 'administrator', handle: showConfig } },
  {
    path: '/feature-flags',
    GET: {
      role: 'administrator',
      handle: () =>
        FEATURE_FLAGS.map((name) => ({
          name,
          desc: '',
          doc_url: '',
          state: 'enabled',
          stability: 'stable',
          provided_by: 'rabbit',
        })),
    },
  },
  {
    path: '/feature-flags/:flag/enable',
    PUT: {
      role: 'administrator',
      handle: ({ params: { flag } }) => {
        if (flag === 'all' || FEATURE_FLAGS.includes(flag)) return NO_CONTENT;
        throw badRequest(`Feature flag '${flag}' is not supported`);
      },
    },
  },
  ...['/deprecated-features', '/deprecated-features/used'].map((path): Resource => ({
    path,
    GET: { role: 'administrator', handle: () => [] },
  })),
  ...[
    ...['/shovels', '/federation-links'].flatMap((path) => [path, `${path}/:vhost`]),
    ...['/stream/connections', '/stream/consumers', '/stream/publishers', '/traces'],
  ].map(
    // As RabbitMQ answers without these plugins.
    (path): Resource => ({ path, GET: { role: 'management', handle: unknownPath } }),
  ),
  { path: '/rebalance/queues', POST: { role: 'administrator', handle: () => NO_CONTENT } },
];

/** Few ask, and its table is large: it is loaded when somebody does. */
async function describe({ context: { version } }: Call): Promise<object> {
  const { openApi } = await import('../openapi/document.ts');
  return openApi(version);
}

/** What browsers log in by beside a name and a password: RabbitMQ's names, of several versions. */
function showAuth({ openId }: Call): object {
  const none = { enable_uaa: false, uaa_client_id: '', uaa_location: '' };
  if (openId === undefined) return none;
  const { clientId, providerUrl } = openId.settings;
  return { ...none, oauth_enabled: true, oauth_client_id: clientId, oauth_provider_url: providerUrl };
}

/** RabbitMQ's web page asks so, by a form, whether a name and a password are right. No cookie keeps them here. Throws HttpProblem. */
async function logIn({ context, bytes, peer }: Call): Promise<string> {
  const form = new URLSearchParams(bytes.toString('utf8'));
  const [user, password] = [form.get('username'), form.get('password')];
  if (user === null || password === null) throw badRequest('username and password are needed, as a form has them');
  checkRole(await logInOverHttp(context, { user, password: Buffer.from(password) }, peer), 'management');
  return 'ok';
}

function unknownPath(): Reply {
  throw noObject();
}

/** All settings but passwords, by the names of `docs/configuration.md`; null for what is not set or has no limit. */
function showConfig({ context: { config } }: Call): object {
  const shown = Object.entries(config).filter(([name]) => !SECRETS.has(name));
  return { leveret: Object.fromEntries(shown.map(([name, value]) => [name, (value as unknown) ?? null])) };
}

function showAttempts(call: Call): unknown {
  checkNode(call);
  return Array.from(call.context.node.counters.auth.byProtocol, ([protocol, { succeeded, failed }]) => ({
    protocol,
    auth_attempts: succeeded + failed,
    auth_attempts_failed: failed,
    auth_attempts_succeeded: succeeded,
  }));
}

function forgetAttempts(call: Call): Reply {
  checkNode(call);
  call.context.node.counters.auth.reset();
  return NO_CONTENT;
}

/** RabbitMQ's database of statistics: what was counted stays, and what it is compared with goes. */
function forgetRates({ rates, history }: Call): Reply {
  rates.reset();
  history.reset();
  return NO_CONTENT;
}
