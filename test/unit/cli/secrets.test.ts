/** Secrets are planted everywhere that one may be, and looked for in everything that the broker says and writes. */
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from 'amqplib';
import { expect, it } from 'vitest';
import { RESOURCES } from '../../../src/management/resources.ts';
import { Authority } from '../../support/certificates.ts';
import { runCommand, startCommand } from '../../support/cli/command.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const SECRETS = {
  defaultPass: 'planted-default-pass',
  keyPassword: 'planted-key-password',
  storeKey: randomBytes(32).toString('base64'),
  oauthSecret: 'planted-oauth-secret',
  userPassword: 'planted-user-password',
  wrongAmqp: 'planted-wrong-amqp',
  wrongHttp: 'planted-wrong-http',
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
  const { cert, key } = new Authority(temporaryFolder()).issue('server', { password: SECRETS.keyPassword });
  const daemon = startCommand(['--data-dir', dataDir, '--port', '0', '--tls-port', '0', '--host', '127.0.0.1'], {
    env: {
      LEVERET_LOG_LEVEL: 'trace',
      LEVERET_DEFAULT_USER: 'owner',
      LEVERET_DEFAULT_PASS: SECRETS.defaultPass,
      LEVERET_TLS_CERT: cert,
      LEVERET_TLS_KEY: key,
      LEVERET_TLS_KEY_PASSWORD: SECRETS.keyPassword,
      LEVERET_MANAGEMENT_OAUTH_CLIENT_SECRET: SECRETS.oauthSecret,
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
  const ask = async (method: string, path: string, password: string, body?: object): Promise<number> => {
    const response = await fetch(`http://127.0.0.1:${portIn(management)}/api${path}`, {
      method,
      headers: { authorization: `Basic ${Buffer.from(`owner:${password}`).toString('base64')}` },
      body: body === undefined ? null : JSON.stringify(body),
    });
    answers.push(await response.text());
    return response.status;
  };

  expect(await ask('PUT', '/users/somebody', SECRETS.defaultPass, { password: SECRETS.userPassword, tags: '' })).toBe(
    201,
  );
  expect(await ask('GET', '/whoami', SECRETS.wrongHttp)).toBe(401);
  await expect(connect(`amqp://owner:${SECRETS.wrongAmqp}@127.0.0.1:${String(port)}`)).rejects.toThrow();
  await (await connect(`amqp://owner:${SECRETS.defaultPass}@127.0.0.1:${String(port)}`)).close();
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
