import { describe, expect, it } from 'vitest';
import type { Config } from '../../../../src/config/config.ts';
import { loadConfig } from '../../../../src/config/load.ts';
import { temporaryFile } from '../../../support/temporary-folder.ts';

const config = (text: string): Config => loadConfig({ config: temporaryFile('rabbitmq.conf', text) }, {});

describe('the keys about backends in rabbitmq.conf', () => {
  it.each<[string, Partial<Config>]>([
    ['auth_backends.1 = internal', { authBackends: ['internal'] }],
    ['auth_backends.2 = http\nauth_backends.1 = rabbit_auth_backend_internal', { authBackends: ['internal', 'http'] }],
    ['auth_backends.10 = http\nauth_backends.9 = cache', { authBackends: ['cache', 'http'] }],
    ['auth_backends.1.authn = http\nauth_backends.1.authz = internal', { authBackends: ['http:internal'] }],
    [
      'auth_http.http_method = post\nauth_http.user_path = https://auth.example/user\nauth_http.request_timeout = 2000',
      { authHttpMethod: 'post', authHttpUserPath: 'https://auth.example/user', authHttpTimeout: 2000 },
    ],
    [
      'auth_http.ssl_options.cacertfile = /ca.pem\nauth_http.ssl_options.verify = verify_none',
      { authHttpCa: ['/ca.pem'], authHttpVerify: 'none' },
    ],
    [
      'auth_cache.cached_backend = http\nauth_cache.cache_ttl = 5000\nauth_cache.cache_refusals = true',
      { authCachedBackend: 'http', authCacheTtl: 5000, authCacheRefusals: true },
    ],
  ])('%s', (text, expected) => {
    expect(config(text)).toMatchObject(expected);
  });

  it.each([
    ['auth_backends.1 = ldap', 'there is no backend ldap here'],
    ['auth_backends.1.authn = http', 'must be auth_backends.1.authn alone, or two: .authn and .authz'],
    ['auth_backends.1.authn = http\nauth_backends.1.authz = ldap', 'there is no backend ldap here'],
    ['auth_http.user_path = auth.example/user', 'must be a URL'],
    ['auth_cache.cached_backend = ldap', 'must be one of http'],
  ])('%s is refused', (text, reason) => {
    expect(() => config(text)).toThrow(reason);
  });
});
