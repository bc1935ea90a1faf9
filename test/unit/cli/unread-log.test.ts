import { describe, expect, onTestFinished, test } from 'vitest';
import { AmqpClient } from '../../support/amqp-client/index.ts';
import { type RunningCommand, startCommand } from '../../support/cli/command.ts';

const ARGUMENTS = ['--memory', '--host', '127.0.0.1', '--port', '0'];
/** Each has the broker log its name; all of them make more than a pipe and its reader take. */
const CONNECTIONS = 150;
const NAME = 'n'.repeat(3000);

describe('a daemon whose log nobody reads', () => {
  test.each([
    ['a socket', {}],
    // `cat` does not read on either once it cannot write.
    ['a pipe', { shell: '"$@" | cat' }],
  ])('goes on serving clients, by %s', async (_, options) => {
    const command = startCommand(ARGUMENTS, options);
    const url = await urlOf(command);
    command.child.stdout.pause();
    for (let count = 0; count < CONNECTIONS; count++) await (await AmqpClient.connect(url, { name: NAME })).close();
    command.child.stdout.resume();
    const client = await AmqpClient.connect(url);
    await client.expectAlive();
    client.destroy();
    await command.waitForLine('"msg":"connection closed"');
  });

  test('goes on where the other end is closed', async () => {
    const command = startCommand(ARGUMENTS);
    const url = await urlOf(command);
    command.child.stdout.destroy();
    for (let count = 0; count < 3; count++) await (await AmqpClient.connect(url)).close();
    expect(command.child.exitCode).toBeNull();
  });
});

async function urlOf(command: RunningCommand): Promise<string> {
  const { pid } = await command.waitForLine('Leveret is starting');
  // Where a shell runs the broker, its end is not the broker's.
  onTestFinished(() => void process.kill(Number(pid), 'SIGKILL'));
  const { port } = await command.waitForLine('started TCP listener');
  return `amqp://guest:guest@127.0.0.1:${String(port)}`;
}
