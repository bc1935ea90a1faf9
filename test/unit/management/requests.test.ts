/** What every request to the HTTP API has in common, as measured on RabbitMQ. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Broker } from '../../../src/index.ts';
import { apiOf, type Ask } from '../../support/management/api.ts';

const NO_OBJECT = { error: 'Object Not Found', reason: 'Not Found' };

describe('a request to the HTTP API', () => {
  let broker: Broker;
  let ask: Ask;

  beforeAll(async () => {
    broker = await Broker.start({ port: 0, managementPort: 0 });
    ask = apiOf(broker);
    await broker.users.create('nobody', 'secret');
    await broker.users.create('manager', 'secret', ['management']);
    await broker.vhosts.create('other');
  });
  afterAll(() => broker.stop());

  it('is answered with JSON, not to be kept, with or without a slash at its end', async () => {
    for (const path of ['/whoami', '/whoami/']) {
      const { status, headers, json } = await ask('GET', path);
      expect([status, headers.get('content-type'), headers.get('cache-control')]).toEqual([
        200,
        'application/json',
        'no-cache',
      ]);
      expect(json).toEqual({ name: 'guest', tags: ['administrator'] });
    }
  });

  it('needs a name and a password', async () => {
    const none = await ask('GET', '/whoami', { as: null });
    expect([none.status, none.text, none.headers.get('www-authenticate')]).toEqual([
      401,
      '',
      'Basic realm="RabbitMQ Management"',
    ]);
    const failed = { error: 'not_authorized', reason: 'Login failed' };
    for (const as of ['guest:wrong', 'unknown:guest', ':']) {
      const { status, json } = await ask('GET', '/whoami', { as });
      expect([status, json]).toEqual([401, failed]);
    }
    const bearer = await ask('GET', '/whoami', { as: null, headers: { authorization: 'Bearer x.y.z' } });
    expect([bearer.status, bearer.json]).toEqual([401, failed]);
    const nonsense = await ask('GET', '/whoami', { as: null, headers: { authorization: 'Basic !!!' } });
    expect([nonsense.status, nonsense.text]).toEqual([400, '']);
  });

  it('needs a tag that lets its user in', async () => {
    const { status, json, headers } = await ask('GET', '/whoami', { as: 'nobody:secret' });
    expect([status, json]).toEqual([401, { error: 'not_authorised', reason: 'Not management user' }]);
    expect(headers.get('www-authenticate')).toBeNull();
  });

  it('may ask by a form whether a name and a password are right', async () => {
    const logIn = (body: string) => ask('POST', '/login', { as: null, body });
    const right = await logIn('username=manager&password=secret');
    expect([right.status, right.text, right.headers.get('set-cookie')]).toEqual([200, '"ok"', null]);
    for (const [body, status, reason] of [
      ['username=manager&password=wrong', 401, 'Login failed'],
      ['username=nobody&password=secret', 401, 'Not management user'],
      ['username=manager', 400, 'username and password are needed, as a form has them'],
    ] as const) {
      const { status: told, json } = await logIn(body);
      expect([told, json]).toEqual([status, expect.objectContaining({ reason })]);
    }
  });

  it('is for a vhost that there is, and that its user may enter', async () => {
    const unknown = await ask('GET', '/queues/nope');
    expect([unknown.status, unknown.json]).toEqual([404, NO_OBJECT]);
    const put = await ask('PUT', '/queues/nope/q', { body: {} });
    expect([put.status, put.json]).toEqual([404, { error: 'not_found', reason: 'vhost_not_found' }]);
    const foreign = await ask('GET', '/queues/other', { as: 'manager:secret' });
    const reason = 'User not authorised to access virtual host';
    expect([foreign.status, foreign.json]).toEqual([401, { error: 'not_authorised', reason }]);
  });

  it('is for a path that there is, which needs no password to hear that there is none', async () => {
    for (const path of ['/nope', '/queues//', '/whoami/more']) {
      const { status, json } = await ask('GET', path, { as: null });
      expect([path, status, json]).toEqual([path, 404, NO_OBJECT]);
    }
  });

  it('is told the verbs that there are', async () => {
    const wrong = await ask('POST', '/whoami', { as: null });
    expect([wrong.status, wrong.text, wrong.headers.get('allow')]).toEqual([405, '', 'HEAD, GET, OPTIONS']);
    const options = await ask('OPTIONS', '/queues/%2F/q', { as: null });
    expect([options.status, options.headers.get('allow')]).toEqual([200, 'HEAD, GET, PUT, DELETE, OPTIONS']);
    const head = await ask('HEAD', '/whoami');
    expect([head.status, head.text]).toEqual([200, '']);
  });

  it.each([
    ['text/html', 406],
    ['text/plain', 406],
    ['*/*', 200],
    ['application/json;q=0.5', 200],
    ['application/json, text/plain, */*', 200],
  ])('that accepts %s gets %i', async (accept, status) => {
    expect((await ask('GET', '/whoami', { headers: { accept } })).status).toBe(status);
  });

  it('has a JSON object as its body, or none', async () => {
    for (const body of ['{nonsense', '[]', '5']) {
      const { status, json } = await ask('PUT', '/queues/%2F/q', { body });
      expect([status, json]).toEqual([400, { error: 'bad_request', reason: 'not_json' }]);
    }
    expect((await ask('PUT', '/queues/%2F/q', { body: '' })).status).toBe(201);
    expect((await ask('PUT', '/queues/%2F/q', { body: '{}' })).status).toBe(204);
    expect((await ask('DELETE', '/queues/%2F/q')).status).toBe(204);
  });

  it('may have any name of 255 octets in its path', async () => {
    const name = '/ä?#%'.repeat(42);
    const path = `/queues/%2F/${encodeURIComponent(name)}`;
    expect((await ask('PUT', path)).status).toBe(201);
    expect((await ask('GET', path)).json).toMatchObject({ name, vhost: '/' });
  });

  it('names in its query what no URL carries in a path', async () => {
    for (const name of ['.', '..']) {
      const path = `/queues/%2F/-?segment3=${name}`;
      expect((await ask('PUT', path)).status).toBe(201);
      expect((await ask('GET', path)).json).toMatchObject({ name, vhost: '/' });
      expect((await ask('GET', `/queues/%2F/-/bindings?segment3=${name}`)).json).toMatchObject([{ destination: name }]);
    }
    for (const query of ['segment3=other', 'segment4=..', 'segment0=..', 'segment=..']) {
      expect([query, (await ask('GET', `/queues/%2F/-?${query}`)).status]).toEqual([query, 404]);
    }
  });

  it('of a page of another origin is answered for that page if it may', async () => {
    const origin = 'https://page.example';
    const headers = { origin, 'access-control-request-headers': 'authorization' };
    const unasked = await ask('GET', '/whoami', { headers });
    expect(unasked.headers.get('access-control-allow-origin')).toBeNull();
    for (const managementCorsOrigins of [[origin], ['*']]) {
      await using open = await Broker.start({ port: 0, managementPort: 0, managementCorsOrigins });
      for (const [method, as, status] of [
        ['OPTIONS', null, 200],
        ['GET', 'guest:guest', 200],
        ['GET', null, 401],
      ] as const) {
        const answer = await apiOf(open)(method, '/whoami', { as, headers });
        expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([status, origin]);
        expect(answer.headers.get('access-control-allow-headers')).toBe('authorization');
      }
    }
    await using narrow = await Broker.start({
      port: 0,
      managementPort: 0,
      managementCorsOrigins: ['https://other.example'],
    });
    const other = await apiOf(narrow)('GET', '/whoami', { headers });
    expect([other.status, other.headers.get('access-control-allow-origin')]).toEqual([200, null]);
  });

  it('that cannot be read as a path is refused', async () => {
    for (const path of ['/queues/%zz', '/nope/%c3%28', `/queues/%2F/${'a'.repeat(1001)}`]) {
      expect([path, (await ask('GET', path)).status]).toEqual([path, 400]);
    }
    expect((await ask('GET', `/queues/%2F/${'a'.repeat(1000)}`)).status).toBe(404);
  });

  it('may have its path after the address of the broker, or percent-encoded', async () => {
    for (const target of ['http://broker:15672/api/whoami', '/api/%77hoami/?x=/#y', '/api/whoami?x']) {
      expect([target, (await answerTo(`GET ${target}`))[0]]).toEqual([target, 'HTTP/1.1 200 OK']);
    }
    expect((await answerTo('GET http://broker/'))[0]).toBe('HTTP/1.1 404 Not Found');
  });

  it('has a body that is not too large, however it comes, and of a type', async () => {
    const chunk = `5000\r\n${'x'.repeat(0x5000)}\r\n`;
    const [status, ...headers] = await answerTo('POST /api/session', 'transfer-encoding: chunked', chunk);
    expect(status).toBe('HTTP/1.1 413 Payload Too Large');
    expect(headers.map((line) => line.toLowerCase())).toContain('connection: close');
    const [announced] = await answerTo('POST /api/definitions', 'content-length: 20000001');
    expect(announced).toBe('HTTP/1.1 413 Payload Too Large');
    const [typeless] = await answerTo('POST /api/definitions', 'content-length: 2\r\ncontent-type: nonsense', '{}');
    expect(typeless).toBe('HTTP/1.1 415 Unsupported Media Type');
    expect(
      (await ask('PUT', '/queues/%2F/typed', { headers: { 'content-type': 'a/b+c; d=e' }, body: '{}' })).status,
    ).toBe(201);
  });

  /** The lines of the answer's head. */
  async function answerTo(line: string, headers = 'x: y', body = ''): Promise<string[]> {
    const socket = connect(broker.managementPort!, '127.0.0.1');
    const guest = `authorization: Basic ${btoa('guest:guest')}`;
    socket.write(`${line} HTTP/1.1\r\nhost: x\r\n${guest}\r\n${headers}\r\n\r\n${body}`);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    socket.destroy();
    return answer.toString('latin1').split('\r\n\r\n')[0].split('\r\n');
  }
});
