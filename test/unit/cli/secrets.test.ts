/** Secrets are planted everywhere that one may be, and looked for in everything that the broker says and writes. */
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from 'amqplib';
import { expect, it } from 'vitest';
import { RESOURCES } from '../../../src/management/resources.ts';
import { Authority } from '../../support/certificates.ts';
import { ANY_PORTS, runCommand, startCommand } from '../../support/cli/command.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { TokenServer } from '../../support/token-server.ts';

const SECRETS = {
  defaultPass: 'planted-default-pass',
  keyPassword: 'planted-key-password',
  storeKey: randomBytes(32).toString('base64'),
  oauthSecret: 'planted-oauth-secret',
  userPassword: 'planted-user-password',
  wrongAmqp: 'planted-wrong-amqp',
  wrongHttp: 'planted-wrong-http',
  databasePassword: 'planted-database-password',
  // Each is known once it is given out.
  token: 'planted-token',
  otherToken: 'planted-other-token',
  session: 'planted-session',
};

/** Names of the secrets that stand in a text, as they are or as HTTP's Basic scheme has them. */
function found(text: string | Buffer): string[] {
  const basic = (secret: string) => Buffer.from(`owner:${secret}`).toString('base64');
  return Object.entries(SECRETS)
    .filter(([, secret]) => text.includes(secret) || text.includes(basic(secret)))
    .map(([name]) => name);
}

/** Of a file in the folder, of all that there are. */
function foundInFiles(folder: string): string[] {
  const files = readdirSync(folder, { recursive: true }).map((name) => join(folder, String(name)));
  return files.filter((file) => statSync(file).isFile()).flatMap((file) => found(readFileSync(file)));
}

it('no secret is in the log, an answer of the API, the metrics, the list of processes or a file', async () => {
  const dataDir = temporaryFolder();
  await using issuer = await TokenServer.start();
  const scope = 'rabbitmq.configure:*/* rabbitmq.write:*/* rabbitmq.read:*/* rabbitmq.tag:administrator';
  SECRETS.token = await issuer.sign({ scope });
  SECRETS.otherToken = await issuer.sign({ aud: 'another', scope });
  const { cert, key } = new Authority(temporaryFolder()).issue('server', { password: SECRETS.keyPassword });
  const daemon = startCommand(['--data-dir', dataDir, '--port', '0', '--tls-port', '0', '--host', '127.0.0.1'], {
    env: {
      LEVERET_LOG_LEVEL: 'trace',
      LEVERET_DEFAULT_USER: 'owner',
      LEVERET_DEFAULT_PASS: SECRETS.defaultPass,
      LEVERET_TLS_CERT: cert,
      LEVERET_TLS_KEY: key,
      LEVERET_TLS_KEY_PASSWORD: SECRETS.keyPassword,
      ...ANY_PORTS,
      LEVERET_MANAGEMENT_OAUTH_CLIENT_SECRET: SECRETS.oauthSecret,
      LEVERET_AUTH_BACKENDS: 'internal,oauth2',
      LEVERET_OAUTH_RESOURCE_SERVER_ID: 'rabbitmq',
      LEVERET_OAUTH_ISSUER: issuer.issuer,
      LEVERET_AUDIT_LOG: join(dataDir, 'audit.log'),
      LEVERET_STORE_KEY: 'env:PLANTED',
      PLANTED: SECRETS.storeKey,
    },
  });
  const [{ port }, { msg: management }, { msg: prometheus }] = await Promise.all([
    daemon.waitForLine('started TCP listener'),
    daemon.waitForLine('Management plugin'),
    daemon.waitForLine('Prometheus metrics'),
  ]);
  const portIn = (line: unknown) => /\d+$/.exec(String(line))![0];
  const answers: string[] = [];
  const api = `http://127.0.0.1:${portIn(management)}/api`;
  const request = async (path: string, init: RequestInit): Promise<Response> => {
    const response = await fetch(api + path, init);
    answers.push(await response.text());
    return response;
  };
  const ask = async (method: string, path: string, password: string, body?: object): Promise<number> => {
    const authorization = `Basic ${Buffer.from(`owner:${password}`).toString('base64')}`;
    const content = body === undefined ? null : JSON.stringify(body);
    return (await request(path, { method, headers: { authorization }, body: content })).status;
  };
  const comeIn = async (password: string): Promise<void> =>
    (await connect(`amqp://owner:${password}@127.0.0.1:${String(port)}`)).close();

  expect(await ask('PUT', '/users/somebody', SECRETS.defaultPass, { password: SECRETS.userPassword, tags: '' })).toBe(
    201,
  );
  expect(await ask('GET', '/whoami', SECRETS.wrongHttp)).toBe(401);
  for (const wrong of [SECRETS.wrongAmqp, SECRETS.otherToken]) await expect(comeIn(wrong)).rejects.toThrow();
  for (const good of [SECRETS.defaultPass, SECRETS.token]) await comeIn(good);
  const bearer = (token: string) => request('/whoami', { headers: { authorization: `Bearer ${token}` } });
  expect([(await bearer(SECRETS.token)).status, (await bearer(SECRETS.otherToken)).status]).toEqual([200, 401]);
  const signedIn = await request('/session', {
    method: 'POST',
    headers: { 'x-leveret-page': '1' },
    body: JSON.stringify({ username: 'owner', password: SECRETS.defaultPass }),
  });
  const [cookie] = signedIn.headers.get('set-cookie')!.split(';');
  SECRETS.session = cookie.slice(cookie.indexOf('=') + 1);
  const bySession = { headers: { 'x-leveret-page': '1', cookie } };
  expect((await request('/whoami', bySession)).status).toBe(200);
  // All that can be asked without saying for what. Events do not end.
  const paths = RESOURCES.filter(({ path, GET }) => GET !== undefined && !/:|events/.test(path)).map(
    ({ path }) => path,
  );
  expect(paths.length).toBeGreaterThan(20);
  for (const path of paths) await ask('GET', path, SECRETS.defaultPass);
  for (const path of ['', '/per-object', '/detailed']) {
    answers.push(await (await fetch(`http://127.0.0.1:${portIn(prometheus)}/metrics${path}`)).text());
  }
  // What cannot be read is named, and not shown.
  writeFileSync(key, `${SECRETS.keyPassword} ENCRYPTED`);
  daemon.child.kill('SIGHUP');
  await daemon.waitForLine('cannot be used');
  answers.push(readFileSync(`/proc/${daemon.child.pid}/cmdline`, 'latin1'));
  daemon.child.kill('SIGTERM');
  const { code, stdout, stderr } = await daemon.finished;
  expect([code, found(answers.join('\n')), found(stdout), found(stderr), foundInFiles(dataDir)]).toEqual([
    0,
    [],
    [],
    [],
    [],
  ]);
});

it('no secret is in what is said of a database that is away', async () => {
  const daemon = startCommand(['--data-dir', temporaryFolder(), '--port', '0'], {
    env: { LEVERET_STORE: `postgres://owner:${SECRETS.databasePassword}@127.0.0.1:1/db`, LEVERET_LOG_LEVEL: 'trace' },
  });
  await daemon.waitForLine('the database cannot be used yet');
  const { pid } = daemon.child;
  const seen = readFileSync(`/proc/${pid}/cmdline`, 'latin1');
  daemon.child.kill('SIGTERM');
  const { stdout, stderr } = await daemon.finished;
  expect([found(seen), found(stdout), found(stderr)]).toEqual([[], [], []]);
});

it('no secret is in what is said of settings that are wrong', async () => {
  const wrong = (secret: string) => `${secret}\u0001`;
  const { code, stdout, stderr } = await runCommand(['--memory'], {
    env: {
      LEVERET_DEFAULT_PASS: wrong(SECRETS.defaultPass),
      LEVERET_TLS_KEY_PASSWORD: wrong(SECRETS.keyPassword),
      LEVERET_STORE_KEY: SECRETS.storeKey,
    },
  });
  expect([code, found(stdout), found(stderr)]).toEqual([78, [], []]);
  for (const name of ['DEFAULT_PASS', 'TLS_KEY_PASSWORD', 'STORE_KEY'])
    expect(stderr).toContain(`LEVERET_${name} must be`);
});
