/** The rows of the table of options about who knows users. */
import { AUTH_BACKENDS, type AuthConfig, SERVER_VERIFY } from './auth-config.ts';
import type { OptionRows } from './option.ts';
import { backends, choice, files, flag, integer, url } from './option-types.ts';

const asked = <Word extends 'user' | 'vhost' | 'resource' | 'topic'>(word: Word, description: string) =>
  ({
    flag: `--auth-http-${word}-path`,
    env: `LEVERET_AUTH_HTTP_${word.toUpperCase()}_PATH`,
    type: url(),
    default: `http://localhost:8000/auth/${word}`,
    unit: '',
    description,
    rabbitmq: `auth_http.${word}_path`,
  }) as const;

export const AUTH_ROWS: OptionRows<keyof AuthConfig> = {
  authBackends: {
    flag: '--auth-backends',
    env: 'LEVERET_AUTH_BACKENDS',
    type: backends(AUTH_BACKENDS),
    default: Object.freeze(['internal'] as const),
    unit: '',
    description:
      'Who knows users, asked in this order: internal, http, cache, oauth2; http:internal asks the one who it is, the other what it may do',
    rabbitmq: 'auth_backends.*',
  },
  authHttpMethod: {
    flag: '--auth-http-method',
    env: 'LEVERET_AUTH_HTTP_METHOD',
    type: choice(['get', 'post'], 'method'),
    default: 'get',
    unit: '',
    description: 'How the server of the backend http is asked; get has passwords in its logs',
    rabbitmq: 'auth_http.http_method',
  },
  authHttpUserPath: asked('user', 'URL that it is asked by who somebody is'),
  authHttpVhostPath: asked('vhost', 'URL for whether somebody may enter a virtual host'),
  authHttpResourcePath: asked('resource', 'URL for what somebody may do with a queue or an exchange'),
  authHttpTopicPath: asked('topic', 'URL for which routing keys of a topic exchange somebody may use'),
  authHttpTimeout: {
    flag: '--auth-http-timeout',
    env: 'LEVERET_AUTH_HTTP_TIMEOUT',
    type: integer(1, 600_000),
    default: 15_000,
    unit: 'milliseconds',
    description: 'How long it may take to answer',
    rabbitmq: 'auth_http.request_timeout',
  },
  authHttpCa: {
    flag: '--auth-http-ca',
    env: 'LEVERET_AUTH_HTTP_CA',
    type: files(),
    default: Object.freeze([]),
    unit: '',
    description: "Certificates of who may have signed the server's, in PEM; none is for those that Node knows",
    rabbitmq: 'auth_http.ssl_options.cacertfile',
  },
  authHttpVerify: {
    flag: '--auth-http-verify',
    env: 'LEVERET_AUTH_HTTP_VERIFY',
    type: choice(SERVER_VERIFY, 'word'),
    default: 'required',
    unit: '',
    description: 'Whether its certificate has to be a good one: required or none',
    rabbitmq: 'auth_http.ssl_options.verify',
  },
  authCachedBackend: {
    flag: '--auth-cached-backend',
    env: 'LEVERET_AUTH_CACHED_BACKEND',
    type: choice(['http'], 'name'),
    default: 'http',
    unit: '',
    description: 'Whose answers the backend cache remembers: http',
    rabbitmq: 'auth_cache.cached_backend',
  },
  authCacheTtl: {
    flag: '--auth-cache-ttl',
    env: 'LEVERET_AUTH_CACHE_TTL',
    type: integer(0, 86_400_000),
    default: 15_000,
    unit: 'milliseconds',
    description: 'How long it remembers them',
    rabbitmq: 'auth_cache.cache_ttl',
  },
  authCacheRefusals: {
    flag: '--auth-cache-refusals',
    env: 'LEVERET_AUTH_CACHE_REFUSALS',
    type: flag(),
    default: false,
    unit: '',
    description: 'Whether it remembers refusals too',
    rabbitmq: 'auth_cache.cache_refusals',
  },
};
