import { fileURLToPath } from 'node:url';
import { connect } from 'node:net';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runCommand, startCommand } from '../../support/cli/command.ts';
import { temporaryFile, temporaryFolder } from '../../support/temporary-folder.ts';

const SOURCES = fileURLToPath(new URL('../../../src/cli/main.ts', import.meta.url));
const BIN = fileURLToPath(new URL('../../../bin/leveret.js', import.meta.url));
const ON_ANY_PORT = ['--host', '127.0.0.1', '--port', '0'];

describe('the leveret command', () => {
  it.each([
    [['--prot', '1'], {}, 64, "leveret: unknown option '--prot' (Did you mean --port?); see leveret --help\n"],
    [['--port', 'x'], {}, 64, 'leveret: --port must be an integer from 0 to 65535, or "none", not "x"\n'],
    [[], { LEVERET_PORT: 'x' }, 78, 'leveret: LEVERET_PORT must be an integer from 0 to 65535, or "none", not "x"\n'],
  ])('refuses %j with %j in one line and starts nothing', async (args, env, code, stderr) => {
    expect(await runCommand(args, { env })).toEqual({ code, stdout: '', stderr });
  });

  it('says which Node it needs when an older one runs it', async () => {
    const pretend = temporaryFile(
      'old-node.mjs',
      "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '22.11.0' } });",
    );
    const result = await runCommand(['--version'], { script: BIN, nodeArguments: ['--import', pretend] });
    expect(result).toMatchObject({ code: 78, stdout: '' });
    expect(result.stderr).toMatch(/^leveret: Node\.js 22\.11\.0 is too old: Leveret needs 22\.14 or newer\..*\n$/);
  });

  it('runs from its sources too, where nothing was built', async () => {
    const result = await runCommand(['--memory', '--host', '192.0.2.1'], { script: SOURCES });
    expect(result).toMatchObject({ code: 69, stderr: expect.stringContaining('192.0.2.1') as string });
  });

  it('writes its number into the pid file, and removes the file at the stop', async () => {
    const pidFile = join(temporaryFolder(), 'run', 'broker.pid');
    const daemon = startCommand([...ON_ANY_PORT, '--memory', '--pid-file', pidFile]);
    await daemon.waitForLine('Server startup complete');
    expect(readFileSync(pidFile, 'utf8')).toBe(`${daemon.child.pid}\n`);
    daemon.child.kill('SIGTERM');
    expect((await daemon.finished).code).toBe(0);
    expect(existsSync(pidFile)).toBe(false);
  });

  it('takes a rabbitmq.conf, and says in its log what sets nothing', async () => {
    const conf = temporaryFile(
      'rabbitmq.conf',
      'listeners.tcp.1 = 127.0.0.1:0\ncluster_keepalive_interval = 1\nhartbeat = 5\n',
    );
    const daemon = startCommand(['--memory', '--config', conf]);
    expect(await daemon.waitForLine('hartbeat')).toMatchObject({
      level: 'warn',
      msg: `${conf}:3: unknown key "hartbeat", did you mean "heartbeat"?; it sets nothing`,
    });
    expect(await daemon.waitForLine('cluster_keepalive_interval')).toMatchObject({ level: 'info' });
    expect(await daemon.waitForLine('started TCP listener')).toMatchObject({ host: '127.0.0.1' });
  });

  it('starts, answers a ping, and stops on SIGTERM with exit code 0', async () => {
    const daemon = startCommand([...ON_ANY_PORT, '--memory']);
    const { port } = await daemon.waitForLine('started TCP listener on 127.0.0.1:');
    const complete = await daemon.waitForLine('Server startup complete');
    expect(complete.msg).toBe('Server startup complete; 4 plugins started.');

    const ping = await runCommand(['ping', '--host', '127.0.0.1', '--port', String(port)]);
    expect(ping).toEqual({ code: 0, stdout: '', stderr: '' });

    daemon.child.kill('SIGTERM');
    const { code, stderr } = await daemon.finished;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const unanswered = await runCommand(['ping', '--host', '127.0.0.1', '--port', String(port)]);
    expect(unanswered.code).toBe(69);
    expect(unanswered.stderr).toContain(`no broker answers on 127.0.0.1 port ${String(port)}: ECONNREFUSED`);
  });

  it('answers AMQP on the port that the environment names', async () => {
    const daemon = startCommand([], { env: { LEVERET_HOST: '127.0.0.1', LEVERET_PORT: '0', LEVERET_MEMORY: 'true' } });
    const { port } = await daemon.waitForLine('started TCP listener');
    const socket = connect({ host: '127.0.0.1', port: Number(port) });
    socket.write('AMQP\x00\x00\x09\x01');
    const [frame] = (await once(socket, 'data')) as [Buffer];
    expect([...frame.subarray(7, 11)]).toEqual([0, 10, 0, 10]);
    socket.destroy();
  });

  it('refuses a port that is taken, by its number', async () => {
    const first = startCommand([...ON_ANY_PORT, '--memory']);
    const { port } = await first.waitForLine('started TCP listener');
    const second = await runCommand(['--host', '127.0.0.1', '--port', String(port), '--memory']);
    expect(second.code).toBe(69);
    expect(second.stderr).toBe(
      `leveret: port ${String(port)} is taken, by another program or another broker of this one: stop that, or choose another with --port\n`,
    );
  });

  it('keeps its state in the data folder, which it creates, and refuses a second broker there', async () => {
    const dataDir = join(temporaryFolder(), 'new', 'state');
    const first = startCommand([...ON_ANY_PORT, '--data-dir', dataDir]);
    await first.waitForLine('Server startup complete');
    expect(existsSync(dataDir)).toBe(true);
    const second = await runCommand([...ON_ANY_PORT, '--data-dir', dataDir]);
    expect(second.code).toBe(74);
    expect(second.stderr).toMatch(/^leveret: .*\n$/);
    expect(second.stderr).toContain(dataDir);
  });

  it('names a data folder that cannot be used', async () => {
    const dataDir = join(temporaryFolder(), 'file');
    writeFileSync(dataDir, '');
    const { code, stderr } = await runCommand([...ON_ANY_PORT, '--data-dir', dataDir]);
    expect(code).toBe(74);
    expect(stderr).toMatch(/^leveret: .*\n$/);
    expect(stderr).toContain(dataDir);
  });
});
