/** What stands in the audit log, and what never does. */
import { readFileSync, statSync } from 'node:fs';
import { connect as connectPlainly } from 'node:net';
import { join } from 'node:path';
import { connect as connectSecurely } from 'node:tls';
import amqp from 'amqplib';
import { expect, it, vi } from 'vitest';
import { Broker } from '../../../src/index.ts';
import { AuditLog } from '../../../src/util/audit-log.ts';
import { Authority, contentOf } from '../../support/certificates.ts';
import { apiOf } from '../../support/management/api.ts';
import { StoreKey } from '../../support/recovery/store-key.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

it('the audit log has who came in, who was refused, and who changed what, and no secret', async () => {
  const auditLog = join(temporaryFolder(), 'audit.log');
  const broker = await Broker.start({ port: 0, managementPort: 0, auditLog });
  const ask = apiOf(broker);
  const connect = (user: string, password: string) =>
    amqp.connect(`amqp://${user}:${password}@127.0.0.1:${broker.port}`);
  await ask('PUT', '/users/ann', { body: { password: 'planted-new', tags: 'management' } });
  await ask('PUT', '/permissions/%2F/ann', { body: { configure: '^own', write: '', read: '' } });
  await ask('GET', '/auth/hash_password/planted-path', { as: 'ann:planted-new' });
  await ask('PUT', '/queues/%2F/other', { as: 'ann:planted-new', body: {} });
  await ask('GET', '/whoami', { as: 'ann\n:planted-wrong' });
  await ask('PUT', '/vhosts/closed', { body: {} });
  await expect(amqp.connect(`amqp://ann:planted-new@127.0.0.1:${broker.port}/closed`)).rejects.toThrow();
  const page = { 'x-leveret-page': '1' };
  await ask('POST', '/session', { as: null, headers: page, body: { username: 'ann', password: 'planted-new' } });
  await expect(connect('ann', 'planted-wrong')).rejects.toThrow();
  const connection = await connect('ann', 'planted-new');
  const channel = await connection.createChannel();
  channel.on('error', () => undefined);
  await expect(channel.assertQueue('other')).rejects.toThrow();
  await connection.close();
  await broker.stop();

  const text = readFileSync(auditLog, 'utf8');
  expect(text).not.toContain('planted');
  expect(statSync(auditLog).mode & 0o777).toBe(0o600);
  const lines = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, string>);
  for (const { time } of lines) expect(Math.abs(Date.parse(time) - Date.now())).toBeLessThan(600_000);
  const peer = expect.stringMatching(/^127\.0\.0\.1:\d+$/) as string;
  const time = expect.any(String) as string;
  const http = { time, protocol: 'http', peer };
  const amqp091 = { time, protocol: 'amqp091', peer };
  const refusal = { event: 'refusal', outcome: 'failure', user: 'ann' };
  expect(lines).toEqual([
    { ...http, event: 'change', outcome: 'success', user: 'guest', action: 'PUT /api/users/ann' },
    { ...http, event: 'change', outcome: 'success', user: 'guest', action: 'PUT /api/permissions/%2F/ann' },
    { ...http, ...refusal, action: 'GET /api/auth/hash_password/:password', reason: 'Not administrator user' },
    { ...http, ...refusal, action: 'PUT /api/queues/:vhost/:queue', vhost: '/', reason: 'Access refused.' },
    {
      ...http,
      event: 'sign-in',
      outcome: 'failure',
      user: 'ann\n',
      reason: "wrong name or password for user 'ann\n'",
    },
    { ...http, event: 'change', outcome: 'success', user: 'guest', action: 'PUT /api/vhosts/closed' },
    { ...amqp091, event: 'sign-in', outcome: 'success', user: 'ann', mechanism: 'PLAIN' },
    {
      ...amqp091,
      event: 'refusal',
      outcome: 'failure',
      user: '',
      vhost: '',
      reason: "NOT_ALLOWED - access to vhost 'closed' refused for user 'ann'",
    },
    { ...http, event: 'sign-in', outcome: 'success', user: 'ann', mechanism: 'session' },
    {
      ...amqp091,
      event: 'sign-in',
      outcome: 'failure',
      user: 'ann',
      mechanism: 'PLAIN',
      reason: "wrong name or password for user 'ann'",
    },
    { ...amqp091, event: 'sign-in', outcome: 'success', user: 'ann', mechanism: 'PLAIN' },
    {
      ...amqp091,
      ...refusal,
      vhost: '/',
      reason: "ACCESS_REFUSED - configure access to queue 'other' in vhost '/' refused for user 'ann'",
    },
  ]);
});

it('a broker does not start without the audit log that it is to write', async () => {
  const auditLog = join(temporaryFolder(), 'no-folder', 'audit.log');
  await expect(Broker.start({ port: 0, auditLog })).rejects.toThrow('auditLog: ENOENT');
});

it('the audit log is closed by a start that fails after it was opened', async () => {
  await using other = await Broker.start({ port: 0 });
  const close = vi.spyOn(AuditLog.prototype, 'close');
  const auditLog = join(temporaryFolder(), 'audit.log');
  await expect(Broker.start({ port: other.port, auditLog })).rejects.toThrow(`port ${other.port} is taken`);
  expect(close).toHaveBeenCalledOnce();
});

it('has clients whose certificates do not let them in, by the address that a proxy names too', async () => {
  const folder = temporaryFolder();
  const auditLog = join(folder, 'audit.log');
  const authority = new Authority(folder);
  const { cert, key } = authority.issue('server', { names: 'DNS:localhost' });
  const ended = contentOf(authority.issueEnded('ended'));
  await using broker = await Broker.start({
    ...{ port: 0, tlsPort: 0, managementTlsPort: 0, auditLog, proxyProtocolFrom: ['127.0.0.1'] },
    ...{
      tlsCert: [cert],
      tlsKey: [key],
      tlsCa: [authority.cert],
      tlsVerify: 'required',
      managementTlsVerify: 'optional',
    },
  });
  const entries = () => entriesOf(auditLog);
  const show = async (port: number, header: string, certificate: object): Promise<void> => {
    const socket = connectPlainly(port, '127.0.0.1');
    socket.write(header);
    const secured = connectSecurely({ socket, rejectUnauthorized: false, ...certificate });
    secured.on('error', () => undefined).resume();
    await new Promise((resolve) => secured.once('close', resolve));
  };
  const proxied = 'PROXY TCP4 192.0.2.1 127.0.0.1 4711 5671\r\n';
  await show(broker.tlsPort!, proxied, ended);
  await show(broker.tlsPort!, proxied, {});
  await show(broker.managementTlsPort!, '', ended);
  await expect.poll(entries).toHaveLength(3);
  const refused = { event: 'sign-in', outcome: 'failure', user: '', mechanism: 'certificate' };
  const peer = '192.0.2.1:4711';
  expect(entries()).toMatchObject([
    { ...refused, protocol: 'amqp091', peer, reason: 'CERT_HAS_EXPIRED' },
    { ...refused, protocol: 'amqp091', peer, reason: 'peer did not return a certificate' },
    { ...refused, protocol: 'http', reason: 'CERT_HAS_EXPIRED' },
  ]);
});

it('has that the store was sealed with another key, and that this was asked for in vain', async () => {
  const [folder, plain] = [temporaryFolder(), temporaryFolder()];
  const key = new StoreKey();
  for (const [dataDir, options] of [
    [folder, { storeKey: key.source }],
    [plain, {}],
  ] as const) {
    await using broker = await Broker.start({ port: 0, dataDir, auditLog: join(dataDir, 'audit.log'), ...options });
    expect(broker.port).toBeGreaterThan(0);
    await key.change(dataDir).catch(() => undefined);
  }
  const by = { event: 'change', user: 'rmq-internal', peer: 'control socket', action: 'PUT /process/store-key' };
  expect(entriesOf(join(folder, 'audit.log'))).toMatchObject([{ ...by, outcome: 'success' }]);
  const reason = expect.stringContaining('the store is not sealed') as string;
  expect(entriesOf(join(plain, 'audit.log'))).toMatchObject([{ ...by, outcome: 'failure', reason }]);
});

function entriesOf(auditLog: string): object[] {
  const lines = readFileSync(auditLog, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as object);
}
