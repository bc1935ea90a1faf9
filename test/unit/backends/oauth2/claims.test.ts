/** What a token says: scopes in their places and by their other names, tags, names. */
import { describe, expect, it } from 'vitest';
import { nameOf, scopesOf, tagsOf, type ScopeRules } from '../../../../src/backends/oauth2/claims.ts';
import { TokenIdentity } from '../../../../src/backends/oauth2/token-identity.ts';

const RULES: ScopeRules = {
  oauthResourceServerId: 'rabbitmq',
  oauthScopePrefix: undefined,
  oauthScopeAliases: [],
  oauthAdditionalScopesKey: undefined,
};

describe('the scopes of a token', () => {
  it.each([
    ['a text', { scope: 'rabbitmq.read:*/* other.write:*/*  rabbitmq.tag:management' }, ['read:*/*', 'tag:management']],
    ['a list', { scope: ['rabbitmq.read:*/*', 'read:*/*', 5] }, ['read:*/*']],
    [
      'what Keycloak gives a requesting party',
      { authorization: { permissions: [{ scopes: ['rabbitmq.read:*/*'] }, {}] } },
      ['read:*/*'],
    ],
    ['nothing', {}, []],
    ['what makes no sense', { scope: { a: 1 }, authorization: 7 }, []],
  ])('are in %s', (_what, claims, scopes) => {
    expect(scopesOf(claims, RULES)).toEqual(scopes);
  });

  it('may begin otherwise, or with nothing', () => {
    expect(scopesOf({ scope: 'api://read:*/*' }, { ...RULES, oauthScopePrefix: 'api://' })).toEqual(['read:*/*']);
    expect(scopesOf({ scope: 'read:*/*' }, { ...RULES, oauthScopePrefix: 'none' })).toEqual(['read:*/*']);
  });

  it('may be in other claims, below a path or under the id of the resource server', () => {
    const rules = { ...RULES, oauthAdditionalScopesKey: 'roles realm.access' };
    expect(
      scopesOf(
        { scope: 'rabbitmq.read:a/*', roles: 'rabbitmq.read:b/*', realm: { access: ['rabbitmq.read:c/*'] } },
        rules,
      ),
    ).toEqual(['read:a/*', 'read:b/*', 'read:c/*']);
    expect(scopesOf({ roles: { rabbitmq: ['read:d/*'], other: ['read:e/*'] } }, rules)).toEqual(['read:d/*']);
    expect(scopesOf({ roles: { rabbitmq: { rabbitmq: {} } } }, rules)).toEqual([]);
  });

  it('may have other names', () => {
    const rules = {
      ...RULES,
      oauthScopeAliases: ['admin=rabbitmq.tag:administrator rabbitmq.read:*/*', 'a=rabbitmq.x'],
    };
    expect(scopesOf({ scope: 'admin' }, rules)).toEqual(['tag:administrator', 'read:*/*']);
  });

  it('are not more than RabbitMQ takes', () => {
    const scope = Array.from({ length: 2049 }, (_, i) => `rabbitmq.read:${i}/*`);
    expect(() => scopesOf({ scope }, RULES)).toThrow('too many scopes');
  });

  it('are tags too', () => {
    expect(tagsOf(['read:*/*', 'tag:administrator', 'tag:'])).toEqual(['administrator', '']);
  });
});

it("a user's name is the first claim that is a text", () => {
  const claims = { sub: 's', client_id: 'c', user: 'u', number: 5 };
  expect(nameOf(claims, [])).toBe('s');
  expect(nameOf(claims, ['number', 'user'])).toBe('u');
  expect(nameOf({ client_id: 'c' }, [])).toBe('c');
  expect(nameOf({}, [])).toBe('unknown');
});

describe('what scopes let do', () => {
  const somebody = (...scopes: string[]): TokenIdentity =>
    new TokenIdentity(
      { name: 'ann', tags: [], scopes, claims: { sub: 'ann*', team: 'blue' }, expiresAt: Infinity },
      () => Promise.reject(new Error('not asked')),
    );

  it('is to enter the vhosts that any of them is for', () => {
    const ann = somebody('read:shop*/q', 'tag:x', 'nonsense', 'read:a/b/c/d');
    expect(['shop', 'shop2', '/', 'a'].map((vhost) => ann.mayEnter(vhost))).toEqual([true, true, false, false]);
    expect(somebody('configure:%2F/*').mayEnter('/')).toBe(true);
  });

  it('is by operation, vhost and name', () => {
    const ann = somebody('read:shop/q*', 'write:*/amq.default');
    expect(ann.may('shop', 'read', 'queue', 'q1')).toBe(true);
    expect(ann.may('shop', 'write', 'queue', 'q1')).toBe(false);
    expect(ann.may('other', 'read', 'queue', 'q1')).toBe(false);
    expect(ann.may('any', 'write', 'exchange', 'amq.default')).toBe(true);
  });

  it('is for topics if there is a third part', () => {
    const ann = somebody('write:*/events/order.*', 'write:*/plain');
    expect(ann.mayUseTopic('/', 'write', 'events', 'order.new')).toBe(true);
    expect(ann.mayUseTopic('/', 'write', 'events', 'stock')).toBe(false);
    expect(ann.mayUseTopic('/', 'read', 'events', 'order.new')).toBe(false);
    expect(ann.mayUseTopic('/', 'write', 'plain', 'order.new')).toBe(false);
    expect(ann.may('/', 'write', 'exchange', 'events')).toBe(true);
  });

  it('may hang on the vhost and on claims, which stand for themselves', () => {
    const ann = somebody('read:{vhost}/{team}-*', 'read:*/{sub}', 'read:*/{nothing}');
    expect(ann.may('shop', 'read', 'queue', 'blue-1')).toBe(true);
    expect(ann.may('shop', 'read', 'queue', 'red-1')).toBe(false);
    expect(ann.may('shop', 'read', 'queue', 'ann*')).toBe(true);
    expect(ann.may('shop', 'read', 'queue', 'anna')).toBe(false);
    expect(ann.may('shop', 'read', 'queue', 'nothing')).toBe(true);
  });
});
