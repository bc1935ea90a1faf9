/**
 * RabbitMQ's tools as processes, as `bin/rabbitmq/*` runs them. What is loaded is that tool and nothing else, because health checks
 * run these every few seconds.
 */
import type { Tool } from './command.ts';
import { runTool } from './run.ts';

const TOOLS = {
  rabbitmqctl: async (): Promise<Tool> => (await import('./rabbitmqctl.ts')).rabbitmqctl,
  'rabbitmq-diagnostics': async (): Promise<Tool> => (await import('./rabbitmq-diagnostics.ts')).rabbitmqDiagnostics,
  'rabbitmq-plugins': async (): Promise<Tool> => (await import('./rabbitmq-plugins.ts')).rabbitmqPlugins,
};

/** With this process's arguments, output and exit code. */
export async function runNamed(name: keyof typeof TOOLS): Promise<void> {
  // Whoever reads may have seen enough: `| head`.
  process.stdout.on('error', () => process.exit());
  process.exitCode = await runTool(await TOOLS[name](), process.argv.slice(2), {
    env: process.env,
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
  });
}
