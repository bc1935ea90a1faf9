/** Two nodes of one database, as their operators and clients see them. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { text } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Broker, ConfigError, StoreError } from '../../../src/index.ts';
import { rabbitmqDiagnostics } from '../../../src/cli/commands/rabbitmq-diagnostics.ts';
import { rabbitmqctl } from '../../../src/cli/commands/rabbitmqctl.ts';
import type { Tool } from '../../../src/cli/commands/command.ts';
import { PostgresStore } from '../../../src/store/postgres/postgres-store.ts';
import { Authority } from '../../support/certificates.ts';
import { startCommand } from '../../support/cli/command.ts';
import { type Ended, operatedBroker, runHere, said } from '../../support/commands/tools.ts';
import { freePort } from '../../support/interop/daemon.ts';
import { hasPostgres } from '../../support/postgres/server.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { postgresOfFile, schemaOf } from '../../support/postgres/shared.ts';
import { connect } from 'amqplib';

describe.skipIf(!hasPostgres)('a node that waits for its turn', () => {
  const postgres = postgresOfFile();

  it('says so over HTTP, and lets clients in when the other one has stopped', async () => {
    const store = postgres.newUrl();
    const one = await Broker.start({ port: 0, store, nodeName: 'one', managementPort: 0, prometheusPort: 0 });
    const connection = await connect(one.url);
    const channel = await connection.createConfirmChannel();
    await channel.assertQueue('q', { durable: true });
    channel.sendToQueue('q', Buffer.from('kept'), { persistent: true });
    await channel.waitForConfirms();

    const [managementPort, prometheusPort] = [await freePort(), await freePort()];
    const starting = Broker.start({ port: 0, store, nodeName: 'two', managementPort, prometheusPort });
    starting.catch(() => undefined);
    onTestFinished(async () => (await starting).stop());
    const api = `http://127.0.0.1:${managementPort}/api`;
    const ask = async (path: string) => {
      const response = await fetch(api + path);
      return [response.status, await response.json()];
    };
    await expect.poll(() => ask('/standby').catch(() => undefined)).toEqual([200, { node: 'two', active: 'one' }]);
    const failed = { status: 'failed', reason: 'standby', node: 'two', active: 'one' };
    expect(await ask('/health/checks/alarms')).toEqual([503, failed]);

    const scraped = await (await fetch(`http://127.0.0.1:${prometheusPort}/metrics`)).text();
    expect(scraped).toMatch(/^rabbitmq_identity_info\{rabbitmq_node="two",.*rabbitmq_endpoint="aggregated"\} 1$/m);
    expect(scraped).toMatch(/^leveret_standby 1$/m);

    // The one that serves clients shows it.
    const authorization = `Basic ${Buffer.from('guest:guest').toString('base64')}`;
    const askOne = async (path: string): Promise<unknown> =>
      (await fetch(`http://127.0.0.1:${one.managementPort}/api${path}`, { headers: { authorization } })).json();
    const waiting = { name: 'two', running: true, standby: true, being_drained: false, type: 'disc' };
    expect(await askOne('/nodes')).toMatchObject([{ name: 'one', running: true }, waiting]);
    expect(await askOne('/nodes/two')).toMatchObject(waiting);
    expect(await askOne('/standby')).toEqual({ node: 'one', active: 'one', waiting: ['two'] });
    const metrics = await (await fetch(`http://127.0.0.1:${one.prometheusPort}/metrics`)).text();
    expect(metrics).toMatch(/^leveret_standby 0\n[^]*^leveret_standby_nodes 1$/m);

    await one.stop();
    const two = await starting;
    expect(two.managementPort).toBe(managementPort);
    const again = await connect(two.url);
    const message = await (await again.createChannel()).get('q', { noAck: true });
    expect(message && message.content.toString()).toBe('kept');
    await again.close();
  });

  it('is asked by the commands of its machine, and ended by one', async () => {
    const [store, dataDir] = [postgres.newUrl(), temporaryFolder()];
    const one = await Broker.start({ port: 0, store, nodeName: 'one' });
    onTestFinished(() => one.stop());
    const daemon = startCommand(['--store', store, '--node-name', 'two', '--data-dir', dataDir, '--port', '0']);
    await daemon.waitForLine('waiting to take over');
    const asked = (tool: Tool, ...words: readonly string[]): Promise<Ended> =>
      runHere(tool, ['--data-dir', dataDir, ...words]);
    await expect.poll(() => asked(rabbitmqDiagnostics, 'ping')).toMatchObject({ code: 0 });
    expect(await asked(rabbitmqDiagnostics, 'check_running')).toMatchObject({ code: 69 });
    for (const command of ['status', 'stop_app']) {
      const { code, stderr } = await asked(rabbitmqctl, command);
      expect(code).not.toBe(0);
      expect(stderr).toContain('node two waits to take over from one');
    }
    expect(await asked(rabbitmqctl, 'stop')).toMatchObject({ code: 0 });
    expect(await daemon.finished).toMatchObject({ code: 0 });
  });

  it('answers over TLS too, and is refused at once with a certificate that it could not serve with', async () => {
    const store = postgres.newUrl();
    const one = await Broker.start({ port: 0, store, nodeName: 'one' });
    const authority = new Authority(temporaryFolder());
    const { cert, key } = authority.issue('server', { names: 'DNS:localhost' });
    const managementTlsPort = await freePort();
    const secured = { port: 0, managementTlsPort, tlsKey: [key] };
    const broken = Broker.start({ ...secured, store, nodeName: 'two', tlsCert: ['/none.pem'] });
    await expect(broken).rejects.toThrow(ConfigError);

    const starting = Broker.start({ ...secured, store, nodeName: 'two', tlsCert: [cert] });
    starting.catch(() => undefined);
    onTestFinished(async () => (await starting).stop());
    const ask = async (): Promise<string> => {
      const place = {
        host: 'localhost',
        port: managementTlsPort,
        path: '/api/standby',
        ca: readFileSync(authority.cert),
      };
      const [response] = (await once(request({ ...place, agent: false }).end(), 'response')) as [IncomingMessage];
      return text(response);
    };
    await expect.poll(() => ask().catch(() => undefined)).toBe('{"node":"two","active":"one"}');
    await one.stop();
    expect((await starting).managementTlsPort).toBe(managementTlsPort);
  });

  it('is forgotten when it has ended, and not before', async () => {
    const store = `${postgres.newUrl()}&lease=1000`;
    const { run } = await operatedBroker(rabbitmqctl, { store, nodeName: 'one' });
    const forget = (name: string): Promise<Ended> => run('-q', 'forget_cluster_node', name);
    const unknown = said('', 69, "Error:\n{:not_a_cluster_node, 'The node selected is not in the cluster.'}\n");
    expect(await forget('two')).toEqual(unknown);

    const abort = new AbortController();
    const waits = Promise.withResolvers<string>();
    const two = PostgresStore.open({ url: store, name: 'two', signal: abort.signal, onWaiting: waits.resolve });
    await waits.promise;
    for (const name of ['one', 'two']) {
      const { code, stderr } = await forget(name);
      expect([code, stderr]).toEqual([
        69,
        expect.stringMatching(`on node ${name} must be stopped .* before it can be`),
      ]);
    }
    // It leaves no word, as one that is killed.
    abort.abort();
    await expect(two).rejects.toThrow('given up');
    expect((await run('cluster_status')).stdout).toMatch(/^two$/m);
    expect(await forget('two')).toEqual(said(''));
    expect(await forget('two')).toEqual(unknown);
    expect((await run('cluster_status')).stdout).not.toMatch(/^two$/m);
  });

  it('closes its clients with 320 when it was active and another took over', async () => {
    const store = postgres.newUrl();
    const broker = await Broker.start({ port: 0, store, nodeName: 'one' });
    const connection = await connect(broker.url);
    const closed = new Promise<Error>((resolve) => connection.once('close', resolve));
    const schema = schemaOf(store);
    await postgres.server.sql(`UPDATE ${schema}.node SET epoch = epoch + 1, alive = false`);
    await expect(broker.closed).rejects.toThrow(StoreError);
    expect(await closed).toMatchObject({ code: 320 });
  });
});
