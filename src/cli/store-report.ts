/** What `leveret store check` and `stats` print of a store, whatever its engine. */
import type { CheckReport } from '../store/engine/store-check.ts';
import type { CountedStore, LogStats } from '../store/engine/store-stats.ts';
import { type Seal, UNKNOWN } from '../store/sealing/seal.ts';
import { EXIT } from './exit-codes.ts';
import { size } from './sizes.ts';

export interface CommandOutput {
  readonly text: string;
  readonly exitCode: number;
}

/** Problems that are printed; a damaged disk may have made thousands. */
const PRINTED = 50;

export function succeeded(text: string): CommandOutput {
  return { text, exitCode: EXIT.ok };
}

/** `place`: the store, as a sentence begins with it. `damaged`: rows that could not be sealed anew. */
export function rotateOutput(place: string, damaged: number): CommandOutput {
  if (damaged === 0) return succeeded(`${place} is sealed with the new key\n`);
  const text =
    `${place} is sealed with the new key, but for what is damaged (rows: ${damaged}): that stays as it is, and the store keeps the key that it is sealed by. ` +
    '"leveret store check" with the new key tells what it is.\n';
  return { text, exitCode: EXIT.damaged };
}

const NOT_OPENED = 'note: the store is sealed: what messages hold is checked with --store-key';

/** `seal`: what was checked by. `advice`: what to do if the store is damaged. */
export function checkOutput(
  place: string,
  { problems, notes, pages, bodies, messages }: CheckReport,
  seal: Seal,
  advice: string,
): CommandOutput {
  const lines = [
    `${place}: ${messages} messages in ${pages} pages, ${bodies} bodies kept apart`,
    ...(seal === UNKNOWN ? [NOT_OPENED] : []),
    ...notes.slice(0, PRINTED).map((note) => `note: ${note}`),
    ...problems.slice(0, PRINTED).map((problem) => `problem: ${problem}`),
    ...(problems.length > PRINTED ? [`and ${problems.length - PRINTED} more problems`] : []),
    problems.length === 0 ? 'The store is sound.' : advice,
  ];
  return { text: `${lines.join('\n')}\n`, exitCode: problems.length === 0 ? EXIT.ok : EXIT.damaged };
}

/** `about`: lines on where it is kept. */
export function statsOutput(stats: CountedStore, json: boolean, about: readonly string[]): CommandOutput {
  return succeeded(json ? `${JSON.stringify(stats, undefined, 2)}\n` : describe(stats, about));
}

function describe(stats: CountedStore, about: readonly string[]): string {
  const { vhosts, users, exchanges, bindings, queues, delayed } = stats;
  const queueRows = queues.map((queue) => [...numbers(queue), String(queue.keys), queue.vhost, queue.name]);
  const delayedRows = delayed.map((exchange) => [...numbers(exchange), exchange.vhost, exchange.name]);
  const lines = [
    ...about,
    `topology  ${vhosts} vhosts, ${users} users, ${exchanges} exchanges, ${queues.length} queues, ${bindings} bindings`,
    `messages  ${stats.messages} in ${size(stats.bytes)}, and ${stats.bodies} bodies kept apart in ${size(stats.bodyBytes)}`,
    ...table(['messages', 'bytes', 'bodies', 'keys'], ['vhost', 'queue'], queueRows),
    ...table(['messages', 'bytes', 'bodies'], ['vhost', 'delayed by exchange'], delayedRows),
  ];
  return `${lines.join('\n')}\n`;
}

function numbers({ messages, bytes, bodyBytes }: LogStats): string[] {
  return [String(messages), size(bytes), size(bodyBytes)];
}

/** Under an empty line, the columns of numbers to the right. Nothing if there is nothing to list. */
function table(ofNumbers: readonly string[], ofNames: readonly string[], listed: readonly string[][]): string[] {
  if (listed.length === 0) return [];
  const rows = [[...ofNumbers, ...ofNames], ...listed];
  const widths = rows[0].map((_, column) => rows.reduce((width, row) => Math.max(width, row[column].length), 0));
  const lines = rows.map((row) =>
    row
      .map((cell, n) => (n < ofNumbers.length ? cell.padStart(widths[n]) : cell.padEnd(widths[n])))
      .join('  ')
      .trimEnd(),
  );
  return ['', ...lines];
}
