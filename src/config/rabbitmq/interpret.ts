/** What the settings of RabbitMQ's configuration mean here: values of the option table, or a line of the log that says why they set nothing. */
import { unknownKey } from '../nearest.ts';
import type { SettingName } from '../option.ts';
import { OPTIONS } from '../options.ts';
import type { SourceValues } from '../merge-sources.ts';
import { acceptedKey } from './accepted-keys.ts';
import { COMBINED_KEYS, type CombinedKeys } from './combined-keys.ts';
import { type ConfEntry, keyOf, labelOf } from './entry.ts';
import { Meaning } from './meaning.ts';

/** Keys that mean the same as one of the option table. */
const ALIASES: Readonly<Record<string, string>> = {
  'management.listener.port': 'management.tcp.port',
  'management.listener.ip': 'management.tcp.ip',
  'management.load_definitions': 'load_definitions',
  'definitions.local.path': 'load_definitions',
  'auth_oauth2.jwks_uri': 'auth_oauth2.jwks_url',
};

/** Words and numbers with a special meaning, as the option takes it. */
const SPECIAL_VALUES: { readonly [Name in SettingName]?: Readonly<Record<string, string>> } = {
  consumerTimeout: { false: '0', undefined: '0', infinity: '0' },
  handshakeTimeout: { infinity: '3600000' },
  maxConnections: { infinity: 'unlimited' },
  proxyProtocolFrom: { true: 'all', false: 'none' },
  certLoginFrom: { subject_alt_name: 'subject_alternative_name' },
  oauthVerify: { verify_peer: 'required', verify_none: 'none' },
  oauthVerifyAud: { true: 'required', false: 'none' },
  oauthScopePrefix: { '': 'none' },
  authHttpVerify: { verify_peer: 'required', verify_none: 'none' },
  authCachedBackend: { rabbit_auth_backend_http: 'http' },
  passwordHashing: {
    rabbit_password_hashing_sha256: 'sha256',
    rabbit_password_hashing_sha512: 'sha512',
  },
  channelMax: { '0': '65535' },
  frameMax: { '0': `${128 * 1024 * 1024}` },
};

const KEYS = [
  ...OPTIONS.map(({ rabbitmq }) => rabbitmq),
  ...Object.keys(ALIASES),
  ...COMBINED_KEYS.flatMap(({ keys }) => keys),
].filter((key) => key !== '');

/** Of entries with the same key the last one counts. */
export function interpret(entries: readonly ConfEntry[]): SourceValues {
  const meaning = new Meaning();
  const byKey = new Map(entries.map((entry) => [JSON.stringify(entry.path), entry]));
  const combined = new Map<CombinedKeys, ConfEntry[]>();
  for (const entry of byKey.values()) {
    const group = COMBINED_KEYS.find(({ keys }) => keys.some((key) => `${keyOf(entry)}.`.startsWith(`${key}.`)));
    if (group !== undefined) combined.set(group, [...(combined.get(group) ?? []), entry]);
    else if (!setOption(entry, meaning)) explain(entry, meaning);
  }
  for (const [group, members] of combined) group.read(members, meaning);
  return meaning.result;
}

function setOption(entry: ConfEntry, meaning: Meaning): boolean {
  const key = ALIASES[keyOf(entry)] ?? keyOf(entry);
  const option = OPTIONS.find(({ rabbitmq }) => rabbitmq === key);
  if (option === undefined) return false;
  if (option.secretFile && entry.value.startsWith('encrypted:')) {
    meaning.refuse(
      entry,
      `encrypted values cannot be read here; name a file that holds it with ${option.rabbitmqEnv?.[0] ?? option.env}_FILE`,
    );
    return true;
  }
  meaning.set(option.name, entry, SPECIAL_VALUES[option.name]?.[entry.value] ?? entry.value, true);
  return true;
}

/** RabbitMQ does not start with a key that it does not know; here the rest counts, and the log names the key. */
function explain(entry: ConfEntry, meaning: Meaning): void {
  const accepted = acceptedKey(keyOf(entry));
  if (accepted === undefined) {
    meaning.notice('warn', `${entry.place}: ${unknownKey(keyOf(entry), KEYS)}; it sets nothing`);
  } else meaning.notice(accepted.level, `${labelOf(entry)}: ${accepted.reason}`);
}
