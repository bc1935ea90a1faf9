/** RabbitMQ's own rabbitmqadmin (Python) and Leveret's, each against a broker of its own: the same words, octet for octet the same answers. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, inject, onTestFinished, test } from 'vitest';
import { runAdmin } from '../../src/cli/commands/rabbitmqadmin.ts';
import { Broker } from '../../src/index.ts';
import { describeClient } from '../support/interop/programs.ts';
import { databaseOfTest } from '../support/interop/target.ts';
import { TEST_PATIENCE } from '../support/patience.ts';
import { run, runOk } from '../support/processes/run.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const THEIRS = '/usr/bin/rabbitmqadmin';
const missing = existsSync(THEIRS)
  ? undefined
  : 'There is no rabbitmqadmin (Debian: rabbitmq-server; .ci/run takes the script alone).';

const CALLS: readonly (readonly string[])[] = [
  ['declare', 'queue', 'name=q', 'durable=true', 'arguments={"x-max-length":5}'],
  ['declare', 'queue', 'name=qq', 'queue_type=quorum'],
  ['declare', 'exchange', 'name=x', 'type=topic'],
  ['declare', 'binding', 'source=x', 'destination=q', 'routing_key=a.b', 'arguments={"a":1}'],
  ['declare', 'vhost', 'name=v'],
  ['declare', 'user', 'name=hare', 'password=secret', 'tags='],
  ['declare', 'permission', 'vhost=v', 'user=hare', 'configure=.*', 'write=.*', 'read=.*'],
  ['declare', 'policy', 'name=p', 'pattern=^q', 'definition={"max-length":50}', 'apply-to=queues'],
  ['declare', 'policy', 'name=p', 'pattern=^q', 'definition={"nope":50}'],
  ['declare', 'queue', 'name=q', 'durable=false'],
  ['declare', 'queue', 'nope'],
  ['declare', 'nothing'],
  ['publish', 'routing_key=q', 'payload=hällo', 'properties={"delivery_mode":2,"headers":{"a":[1,true,null],"b":"ü"}}'],
  ['publish', 'routing_key=nowhere', 'payload=x'],
  ['publish', 'routing_key=q'],
  ['publish', 'exchange=nope', 'routing_key=q', 'payload=x'],
  ['get', 'queue=q', 'count=2'],
  ['-f', 'pretty_json', 'get', 'queue=q'],
  ['get', 'queue=nope'],
  ['list', 'queues', 'name', 'messages', 'durable', 'arguments'],
  ['-f', 'long', 'list', 'queues', 'name', 'policy'],
  ['-f', 'kvp', 'list', 'exchanges', 'name', 'internal'],
  ['-f', 'raw_json', 'list', 'bindings', 'source', 'properties_key'],
  ['-q', '-f', 'tsv', '-S', 'name', '-R', 'list', 'exchanges', 'name', 'type'],
  ['list', 'policies'],
  ['list', 'permissions'],
  ['list', 'connections'],
  ['-V', 'nope', 'list', 'queues'],
  ['show', 'overview', 'rabbitmq_version', 'object_totals.queues'],
  ['export', 'definitions.json'],
  ['import', 'definitions.json'],
  ['delete', 'binding', 'source=x', 'destination_type=queue', 'destination=q', 'properties_key=a.b'],
  ['purge', 'queue', 'name=q'],
  ['delete', 'queue', 'name=q'],
  ['delete', 'queue', 'name=q'],
  ['close', 'connection', 'name=nope'],
  ['-p', 'wrong', 'list', 'queues'],
  ['--use=guest', '-qV/', 'list', 'queues', 'name'],
  ['--nope', 'list'],
  [],
];

/** Calls that read a process's input, or files in its folder. */
const NEEDS_PROCESS = new Set(['publish routing_key=q', 'export definitions.json', 'import definitions.json']);

/** What they have to read. */
const INPUT = 'from standard input\n';

describeClient('rabbitmqadmin', { missing }, () => {
  test("answers as RabbitMQ's own", async () => {
    const [theirs, ours] = await Promise.all([place(), place()]);
    const expected = await runTheirs(theirs);
    for (const [n, call] of CALLS.entries()) {
      const our = NEEDS_PROCESS.has(call.join(' ')) ? runProcess(ours, call) : runHere(ours.argv(call));
      expect([call, await our]).toEqual([call, expected[n]]);
    }
  });
});

interface Answer {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Where a program runs. */
interface Place {
  /** With the address of a broker of its own. */
  readonly argv: (call: readonly string[]) => readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

async function place(): Promise<Place> {
  const broker = await Broker.start({ port: 0, store: databaseOfTest(), managementPort: 0 });
  onTestFinished(() => broker.stop());
  const cwd = temporaryFolder();
  return {
    argv: (call) => ['-H', '127.0.0.1', '-P', String(broker.managementPort), ...call],
    cwd,
    env: { LC_ALL: 'C.UTF-8', HOME: cwd },
  };
}

/** RabbitMQ's, all calls at once. */
async function runTheirs({ argv, cwd, env }: Place): Promise<Answer[]> {
  const words = [join(import.meta.dirname, 'python/rabbitmqadmin_calls.py'), THEIRS, INPUT];
  const answers = await runOk('/usr/bin/python3', words, {
    cwd,
    env,
    input: JSON.stringify(CALLS.map(argv)),
    deadline: TEST_PATIENCE,
  });
  return (JSON.parse(answers) as [number, string, string][]).map(([code, stdout, stderr]) => ({
    code,
    stdout,
    stderr,
  }));
}

async function runProcess({ argv, cwd, env }: Place, call: readonly string[]): Promise<Answer> {
  const words = [join(inject('bin'), 'rabbitmq/rabbitmqadmin'), ...argv(call)];
  const { code, stdout, stderr } = await run(process.execPath, words, { cwd, env, input: INPUT });
  return { code, stdout: stdout.toString(), stderr };
}

/** Leveret's, in this process: to start one for each call takes longer than the rest. */
async function runHere(argv: readonly string[]): Promise<Answer> {
  let [stdout, stderr] = ['', ''];
  const out = (text: string): void => void (stdout += text);
  const err = (text: string): void => void (stderr += text);
  return { code: await runAdmin(argv, { env: {}, out, err }), stdout, stderr };
}
