/** The commands beside RabbitMQ's own, output for output: what 3.10.8 answered is recorded by test/differential/commands.ts. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { rabbitmqDiagnostics } from '../../../../src/cli/commands/rabbitmq-diagnostics.ts';
import { rabbitmqPlugins } from '../../../../src/cli/commands/rabbitmq-plugins.ts';
import { rabbitmqQueues } from '../../../../src/cli/commands/rabbitmq-queues.ts';
import { rabbitmqStreams } from '../../../../src/cli/commands/rabbitmq-streams.ts';
import { rabbitmqUpgrade } from '../../../../src/cli/commands/rabbitmq-upgrade.ts';
import { runAdmin } from '../../../../src/cli/commands/rabbitmqadmin.ts';
import { rabbitmqctl } from '../../../../src/cli/commands/rabbitmqctl.ts';
import { runTool, type Surroundings } from '../../../../src/cli/commands/run.ts';
import { type Ended, operatedBroker } from '../../../support/commands/tools.ts';
import { general, parse, unordered, wordsOf } from '../../../support/commands/transcript.ts';

const TOOLS = [rabbitmqctl, rabbitmqDiagnostics, rabbitmqPlugins, rabbitmqQueues, rabbitmqStreams, rabbitmqUpgrade];
const FOLDER = join(import.meta.dirname, 'recorded');

describe.each(readdirSync(FOLDER))('%s', (file) => {
  it('answers as RabbitMQ does, but for what says why not', async () => {
    const { broker, dataDir } = await operatedBroker(rabbitmqctl, { managementPort: 0 });
    const node = 'rabbit@recorded';
    const http = String(broker.managementPort);
    const places = { file: join(dataDir, 'file'), node, amqp: String(broker.port), http };
    const wrong: object[] = [];
    for (const { command, answer, why } of parse(readFileSync(join(FOLDER, file), 'utf8'))) {
      const [name, ...words] = wordsOf(command, places);
      const tool = TOOLS.find((row) => row.name === name);
      const ended = await collected({ LEVERET_DATA_DIR: dataDir }, (around) =>
        tool === undefined
          ? runAdmin(['-H', '127.0.0.1', '-P', http, ...words], around)
          : runTool(tool, ['-n', node, ...words], around),
      );
      const [theirs, ours] = [unordered(answer), unordered(general(ended, places))];
      const [missing, added] = [without(theirs, ours), without(ours, theirs)];
      // What is said to differ and does not is as wrong as the other way round.
      const differs = missing.length + added.length > 0;
      if (differs !== (why !== undefined)) wrong.push({ command, why, missing, added });
    }
    expect(wrong).toEqual([]);
  });
});

/** The first's lines that the second has not, or has less often. */
function without(lines: readonly string[], others: readonly string[]): string[] {
  const rest = [...others];
  return lines.filter((line) => {
    const at = rest.indexOf(line);
    if (at >= 0) rest.splice(at, 1);
    return at < 0;
  });
}

async function collected(env: NodeJS.ProcessEnv, run: (around: Surroundings) => Promise<number>): Promise<Ended> {
  let stdout = '';
  let stderr = '';
  const out = (text: string): void => void (stdout += text);
  const err = (text: string): void => void (stderr += text);
  return { code: await run({ env, out, err }), stdout, stderr };
}
