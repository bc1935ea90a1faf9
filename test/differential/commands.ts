/**
 * Asks a running RabbitMQ what the transcripts of its commands say, and writes them anew: test/unit/cli/commands/recorded has them, and the test of
 * Leveret's commands reads them.
 *
 *   node test/differential/commands.ts rabbit@localhost [FILE...]
 *
 * RabbitMQ's commands are on the path; the node has its management plugin, on ports 5672 and 15672 or those of AMQP_PORT and HTTP_PORT. IT IS RESET
 * before each file: all that it holds is lost.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { format, general, parse, wordsOf } from '../support/commands/transcript.ts';
import type { Ended } from '../support/commands/tools.ts';

const [node, ...chosen] = process.argv.slice(2);
if (node === undefined) throw new Error('usage: commands.ts NODE [FILE...]');

const folder = join(import.meta.dirname, '../unit/cli/commands/recorded');
const { AMQP_PORT: amqp = '5672', HTTP_PORT: http = '15672' } = process.env;
const temporary = mkdtempSync(join(tmpdir(), 'leveret-commands-'));
const places = { file: join(temporary, 'file'), node, amqp, http };

for (const name of chosen.length > 0 ? chosen : readdirSync(folder)) {
  for (const step of ['stop_app', 'reset', 'start_app']) asked(['rabbitmqctl', step]);
  const path = join(folder, name);
  const exchanges = parse(readFileSync(path, 'utf8'));
  writeFileSync(
    path,
    format(exchanges.map((row) => ({ ...row, answer: general(asked(wordsOf(row.command, places)), places) }))),
  );
}
rmSync(temporary, { recursive: true });

function asked([tool, ...words]: readonly string[]): Ended {
  const whom = tool === 'rabbitmqadmin' ? ['-P', http] : ['-n', node];
  const { status, stdout, stderr } = spawnSync(tool, [...whom, ...words], { encoding: 'utf8' });
  return { code: status ?? -1, stdout, stderr };
}
