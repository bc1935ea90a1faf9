/** Keys of rabbitmq.conf of which several together set one option, and those whose values are written differently. */
import { TOKEN_ALGORITHMS } from '../oauth-config.ts';
import { MECHANISMS } from '../login-config.ts';
import { TLS_VERSIONS } from '../tls-config.ts';
import { readAuthBackends } from './auth-keys.ts';
import { readOrigins } from './cors-keys.ts';
import type { ConfEntry } from './entry.ts';
import { readFeatures } from './feature-keys.ts';
import { readKnown } from './known-values.ts';
import { readListeners } from './listener-keys.ts';
import { readLogKeys } from './log-keys.ts';
import type { Meaning } from './meaning.ts';
import { readBlanks, readNamed, readNumbered, readScopeAliases } from './oauth-keys.ts';
import { readCredentialValidator } from './password-keys.ts';
import { readSizes, SIZE_KEYS } from './size-keys.ts';
import { readCiphers, readVerify } from './tls-keys.ts';
import { readDefaultPermissions, readDefaultUserTags, readLoopbackUsers } from './user-keys.ts';

export interface CombinedKeys {
  /** What the keys begin with, or are. */
  readonly keys: readonly string[];
  readonly read: (entries: readonly ConfEntry[], meaning: Meaning) => void;
}

export const COMBINED_KEYS: readonly CombinedKeys[] = [
  { keys: ['listeners.tcp'], read: readListeners('port', 'host', 'unixSocket') },
  { keys: ['listeners.ssl'], read: readListeners('tlsPort', 'tlsHost') },
  { keys: verifyKeys('ssl_options'), read: readVerify('tls') },
  { keys: verifyKeys('management.ssl'), read: readVerify('managementTls') },
  { keys: verifyKeys('prometheus.ssl'), read: readVerify('prometheusTls') },
  { keys: ['auth_mechanisms'], read: readKnown('authMechanisms', MECHANISMS, 'there is no such mechanism here') },
  {
    keys: ['ssl_options.versions'],
    read: readKnown('tlsVersions', TLS_VERSIONS, `there is only ${TLS_VERSIONS.join(' and ')}`),
  },
  { keys: ['ssl_options.ciphers'], read: readCiphers },
  { keys: ['management.cors.allow_origins'], read: readOrigins },
  { keys: ['deprecated_features.permit'], read: readFeatures },
  { keys: ['auth_backends'], read: readAuthBackends },
  { keys: ['auth_oauth2.signing_keys'], read: readNamed('oauthSigningKeys') },
  {
    keys: ['auth_oauth2.algorithms'],
    read: readKnown('oauthAlgorithms', TOKEN_ALGORITHMS, 'tokens are not signed by that here'),
  },
  { keys: ['auth_oauth2.preferred_username_claims'], read: readNumbered('oauthUsernameClaims') },
  { keys: ['management.oauth_scopes'], read: readBlanks('managementOauthScopes') },
  { keys: ['auth_oauth2.scope_aliases'], read: readScopeAliases },
  { keys: ['credential_validator'], read: readCredentialValidator },
  { keys: ['loopback_users'], read: readLoopbackUsers },
  { keys: ['default_user_tags'], read: readDefaultUserTags },
  { keys: ['default_permissions'], read: readDefaultPermissions },
  { keys: SIZE_KEYS, read: readSizes },
  { keys: ['log'], read: readLogKeys },
];

function verifyKeys(section: string): string[] {
  return [`${section}.verify`, `${section}.fail_if_no_peer_cert`];
}
