/** `rabbitmqadmin`, over HTTP, in the form of RabbitMQ 3.x (`declare queue name=q`) or of 4.x (`queues declare --name q`). */
import { AdminError, usageError } from './rabbitmqadmin/admin-error.ts';
import { ACTIONS } from './rabbitmqadmin/actions.ts';
import { AdminConnection } from './rabbitmqadmin/connection.ts';
import { help, readCommandLine, withFile } from './rabbitmqadmin/options.ts';
import { isLater } from './rabbitmqadmin/v2/grammar.ts';
import { readAll } from './input.ts';
import type { Surroundings } from './run.ts';

export async function runAdmin(argv: readonly string[], around: Surroundings): Promise<number> {
  if (isLater(argv)) return (await import('./rabbitmqadmin/v2/run.ts')).runLater(argv, around);
  const { env, out, err } = around;
  try {
    const line = readCommandLine(argv);
    if (line.options.has('help') || (line.words.length === 1 && line.words[0] === 'help')) {
      out(help());
      return 0;
    }
    if (line.options.has('version')) {
      const { loadConfig } = await import('../../config/load.ts');
      out(`rabbitmqadmin ${loadConfig({}, env).productVersion}\n`);
      return 0;
    }
    const { words, options } = withFile(line, env);
    const [verb, ...rest] = words;
    if (verb === undefined) throw usageError('Action not specified');
    if (!Object.hasOwn(ACTIONS, verb)) throw usageError(`Action ${verb} not understood`);
    const depth = Number(options.get('depth') ?? 1);
    const verbose = options.get('quiet') === undefined;
    const { answer = '', note } = await ACTIONS[verb]({
      words: rest,
      option: (key) => options.get(key),
      connection: new AdminConnection(options, (line) => err(`${line}\n`)),
      list: { format: options.get('format') ?? 'table', depth, verbose },
      input: readAll,
    });
    out(answer + (note === undefined || !verbose ? '' : `${note}\n`));
    return 0;
  } catch (error) {
    if (!(error instanceof AdminError)) throw error;
    err(error.message);
    return error.exitCode;
  }
}
