/** Runs scenarios against brokers in turn and reports: a table to standard output, JSON and a chart into a folder. */
import { accessSync, constants, mkdirSync, writeFileSync } from 'node:fs';
import { constants as os } from 'node:os';
import { join } from 'node:path';
import { type Arguments, parseArguments, USAGE, UsageError } from './arguments.ts';
import { reasonOf } from './reason.ts';
import { chart } from './report/chart.ts';
import { surroundings } from './report/machine.ts';
import { type Failure, type Results, Rows } from './report/results.ts';
import { formatValue, table } from './report/table.ts';
import { describeBroker, TargetError } from './target/target.ts';

/** What a shell adds to the number of the signal that ended a program. */
const SIGNALLED = 128;

/** Everything in turn: scenario by scenario, run by run, so that all targets see the same state of the machine. */
export async function measure({ targets, scenarios, runs, settings }: Arguments): Promise<Results> {
  const started = surroundings();
  const brokers: Results['targets'][number][] = [];
  for (const target of targets) brokers.push({ name: target.name, broker: await describeBroker(target) });
  const rows = new Rows(targets.length);
  const failures: Failure[] = [];
  for (const scenario of scenarios) {
    for (let run = 1; run <= runs; run++) {
      for (const [i, target] of targets.entries()) {
        if (scenario.needsCommand === true && target.launch === undefined) {
          if (run === 1)
            console.error(`${scenario.name} ${target.name}: left out, as the bench does not start this broker`);
          continue;
        }
        const what = `${scenario.name} ${run}/${runs} ${target.name}`;
        try {
          const measurements = await scenario.run(target, settings);
          for (const measurement of measurements) rows.add(scenario, i, measurement);
          const figures = measurements.map(({ metric, value, unit }) => `${metric} ${formatValue(value, unit)}`);
          console.error(`${what}: ${figures.join(', ')}`);
        } catch (error) {
          const reason = reasonOf(error);
          failures.push({ scenario: scenario.name, target: target.name, reason });
          console.error(`${what}: FAILED: ${reason}`);
        }
      }
    }
  }
  return { surroundings: started, runs, seconds: settings.seconds, targets: brokers, rows: rows.all, failures };
}

/** Throws UsageError where results could not be written: before hours of measuring, and not after. */
function prepare(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
  } catch (error) {
    throw new UsageError(`--out ${folder} cannot be written: ${reasonOf(error)}`, { cause: error });
  }
}

async function report(results: Results, folder: string | undefined): Promise<void> {
  console.log(table(results));
  for (const { scenario, target, reason } of results.failures) console.log(`FAILED ${scenario} ${target}: ${reason}`);
  if (folder === undefined) return;
  const name = `${results.surroundings.date.slice(0, 19).replaceAll(':', '')}.json`;
  // In the form that the repository's files have. Most runs of the tests write none.
  const { format } = await import('prettier');
  writeFileSync(join(folder, name), await format(JSON.stringify(results), { parser: 'json', printWidth: 120 }));
  if (results.targets.length > 1) writeFileSync(join(folder, 'chart.svg'), chart(results));
  console.log(`\n${join(folder, name)}`);
}

async function main(): Promise<void> {
  const args = parseArguments(process.argv.slice(2));
  if (typeof args === 'string') {
    console.log(args);
    return;
  }
  if (args.out !== undefined) prepare(args.out);
  // Brokers that were started, and their folders, go with the process.
  process.once('SIGINT', () => process.exit(SIGNALLED + os.signals.SIGINT));
  process.once('SIGTERM', () => process.exit(SIGNALLED + os.signals.SIGTERM));
  await using disposables = new AsyncDisposableStack();
  for (const target of args.targets) disposables.use(target);
  const results = await measure(args);
  await report(results, args.out);
  if (results.failures.length > 0) process.exitCode = 1;
}

if (import.meta.main) {
  try {
    await main();
  } catch (error) {
    const usage = error instanceof UsageError || (error as NodeJS.ErrnoException).code?.startsWith('ERR_PARSE_ARGS');
    if (usage === true) console.error(`${reasonOf(error)}\n\n${USAGE}`);
    else console.error(error instanceof TargetError ? error.message : error);
    process.exitCode = usage === true ? 2 : 1;
  }
}
