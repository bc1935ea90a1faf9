/** The tools of clusters: what they answer for a broker that is one node, and that scripts go on. */
import { expect, it } from 'vitest';
import { rabbitmqQueues } from '../../../../src/cli/commands/rabbitmq-queues.ts';
import { rabbitmqStreams } from '../../../../src/cli/commands/rabbitmq-streams.ts';
import { rabbitmqUpgrade } from '../../../../src/cli/commands/rabbitmq-upgrade.ts';
import { rabbitmqctl } from '../../../../src/cli/commands/rabbitmqctl.ts';
import type { Tool } from '../../../../src/cli/commands/command.ts';
import { type Ended, operatedBroker, runHere, runScript, said } from '../../../support/commands/tools.ts';

/** A broker with a queue of each type, and a way to run any tool for it. */
async function withQueues(): Promise<(tool: Tool, ...argv: readonly string[]) => Promise<Ended>> {
  const queue = (name: string, type: string): object => ({
    name,
    vhost: '/',
    durable: true,
    auto_delete: false,
    arguments: { 'x-queue-type': type },
  });
  const queues = [queue('qq', 'quorum'), queue('cq', 'classic'), queue('st', 'stream')];
  const { dataDir } = await operatedBroker(rabbitmqctl, { definitions: { queues } as never });
  return (tool, ...argv) => runHere(tool, ['-n', 'a@b', '--data-dir', dataDir, ...argv]);
}

it('answers for queues with one member', async () => {
  const run = await withQueues();
  expect(await run(rabbitmqQueues, 'quorum_status', 'qq', '--formatter', 'json')).toEqual(
    said('[\n{"Node Name":"a@b","Raft State":"leader"}\n]\n'),
  );
  const asked = (name: string): string => `Status of quorum queue ${name} on node a@b ...\n`;
  expect(await run(rabbitmqQueues, 'quorum_status', 'cq')).toEqual(
    said(asked('cq'), 69, 'Error:\nCannot get quorum status of a classic queue\n'),
  );
  expect(await run(rabbitmqQueues, 'quorum_status', 'no')).toEqual(said(asked('no'), 69, 'Error:\nnot_found\n'));
  expect(await run(rabbitmqQueues, 'check_if_node_is_quorum_critical')).toEqual(
    said(
      'Checking if node a@b is critical for quorum of any quorum queues ...\nNode a@b seems to be the only one in a single node cluster, the check does not apply\n',
    ),
  );
  expect(await run(rabbitmqQueues, 'rebalance', 'all')).toMatchObject({ code: 0, stderr: '' });
  expect(await run(rabbitmqQueues, 'grow', 'rabbit@other', 'all', '--errors-only')).toEqual(
    said('', 69, 'Error:\ngrow: a broker is one node here, and each queue has its only replica on it\n'),
  );
});

it('answers for streams without replicas and without their own protocol', async () => {
  const run = await withQueues();
  expect(await run(rabbitmqStreams, '-q', 'stream_status', 'st')).toEqual(
    said('role\tnode\tmessages\treaders\nwriter\ta@b\t0\t0\n'),
  );
  expect(await run(rabbitmqStreams, '-q', 'stream_status', 'cq')).toMatchObject({
    code: 69,
    stderr: 'Error:\nCannot get stream status of a classic queue\n',
  });
  expect(await run(rabbitmqStreams, 'list_stream_connections')).toMatchObject({ code: 69 });
});

it("lets a pod's preStop hook go on", async () => {
  const run = await withQueues();
  expect(await run(rabbitmqUpgrade, 'await_online_quorum_plus_one', '-t', '604800')).toEqual(
    said(
      'Will wait for a quorum + 1 of nodes to be online for all quorum queues for 604800 seconds...\nTarget node seems to be the only one in a single node cluster, the command does not apply\n',
    ),
  );
  expect((await runScript('rabbitmq-upgrade', ['help'])).code).toBe(0);
});

it('has the rest of rabbitmqctl say why it does nothing', async () => {
  const run = await withQueues();
  expect(await run(rabbitmqctl, 'await_online_nodes', '1')).toMatchObject({ code: 0 });
  expect(await run(rabbitmqctl, '-q', 'sync_queue', 'cq')).toEqual(said('', 69, 'Error:\nnot_mirrored\n'));
  expect(await run(rabbitmqctl, '-q', 'node_health_check')).toEqual(said('Health check passed\n'));
  expect(await run(rabbitmqctl, '-q', 'restart_vhost')).toEqual(said("Vhost '/' is already running on node 'a@b'\n"));
  await run(rabbitmqctl, 'set_vhost_tags', '/', 'a', 'b');
  expect((await run(rabbitmqctl, '-s', 'list_vhosts', 'tags')).stdout).toBe('[a, b]\n');
});
