/** RabbitMQ's tools, run against a broker of the test's own. */
import { join } from 'node:path';
import { inject, onTestFinished } from 'vitest';
import type { Tool } from '../../../src/cli/commands/command.ts';
import { runTool } from '../../../src/cli/commands/run.ts';
import { Broker, type BrokerOptions } from '../../../src/index.ts';
import { run } from '../processes/run.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { storeHere } from '../store-here.ts';

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How a tool ends that says so much. */
export function said(stdout: string, code = 0, stderr = ''): Ended {
  return { code, stdout, stderr };
}

/** A broker with a data folder, and a way to run a tool for it in this process: `run('list_queues', '-q')`. */
export async function operatedBroker(
  tool: Tool,
  options: BrokerOptions = {},
): Promise<{
  readonly broker: Broker;
  readonly dataDir: string;
  readonly run: (...argv: readonly string[]) => Promise<Ended>;
}> {
  const dataDir = temporaryFolder();
  const broker = await Broker.start({ port: 0, dataDir, ...options }, storeHere);
  onTestFinished(() => broker.stop());
  return { broker, dataDir, run: (...argv) => runHere(tool, ['-n', 'rabbit@test', '--data-dir', dataDir, ...argv]) };
}

export async function runHere(tool: Tool, argv: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  let stdout = '';
  let stderr = '';
  const out = (text: string): void => void (stdout += text);
  const err = (text: string): void => void (stderr += text);
  const code = await runTool(tool, argv, { env, out, err });
  return { code, stdout, stderr };
}

/** As a script runs it: the file in `bin/rabbitmq`, as a process. */
export async function runScript(
  name: string,
  argv: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const script = join(inject('bin'), 'rabbitmq', name);
  const { code, stdout, stderr } = await run(process.execPath, [script, ...argv], { env });
  return { code: code ?? -1, stdout: stdout.toString(), stderr };
}
