/**
 * RabbitMQ's tools as processes, as `bin/rabbitmq/*` runs them. What is loaded is that tool and nothing else, because health checks
 * run these every few seconds.
 */
import type { Tool } from './command.ts';
import { runTool, type Surroundings } from './run.ts';

type Run = (argv: readonly string[], around: Surroundings) => Promise<number>;

const TOOLS = {
  rabbitmqctl: async () => running((await import('./rabbitmqctl.ts')).rabbitmqctl),
  'rabbitmq-diagnostics': async () => running((await import('./rabbitmq-diagnostics.ts')).rabbitmqDiagnostics),
  'rabbitmq-queues': async () => running((await import('./rabbitmq-queues.ts')).rabbitmqQueues),
  'rabbitmq-streams': async () => running((await import('./rabbitmq-streams.ts')).rabbitmqStreams),
  'rabbitmq-upgrade': async () => running((await import('./rabbitmq-upgrade.ts')).rabbitmqUpgrade),
  'rabbitmq-plugins': async () => running((await import('./rabbitmq-plugins.ts')).rabbitmqPlugins),
  rabbitmqadmin: async () => (await import('./rabbitmqadmin.ts')).runAdmin,
} satisfies Readonly<Record<string, () => Promise<Run>>>;

function running(tool: Tool): Run {
  return (argv, around) => runTool(tool, argv, around);
}

/** With this process's arguments, output and exit code. */
export async function runNamed(name: keyof typeof TOOLS): Promise<void> {
  // Whoever reads may have seen enough: `| head`.
  process.stdout.on('error', () => process.exit());
  const run = await TOOLS[name]();
  process.exitCode = await run(process.argv.slice(2), {
    env: process.env,
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
  });
}
