/** Runs scenarios against brokers in turn and reports: a table to standard output, JSON and a chart into a folder. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format } from 'prettier';
import { type Arguments, parseArguments, USAGE, UsageError } from './arguments.ts';
import { chart } from './report/chart.ts';
import { surroundings } from './report/machine.ts';
import { type Failure, type Results, Rows } from './report/results.ts';
import { formatValue, table } from './report/table.ts';
import { describeBroker } from './target/target.ts';

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
        if (scenario.needsCommand === true && target.launch === undefined) continue;
        const what = `${scenario.name} ${run}/${runs} ${target.name}`;
        try {
          const measurements = await scenario.run(target, settings);
          for (const measurement of measurements) rows.add(scenario, i, measurement);
          const figures = measurements.map(({ metric, value, unit }) => `${metric} ${formatValue(value, unit)}`);
          console.error(`${what}: ${figures.join(', ')}`);
        } catch (error) {
          const reason = error instanceof Error ? error.message : String(error);
          failures.push({ scenario: scenario.name, target: target.name, reason });
          console.error(`${what}: FAILED: ${reason}`);
        }
      }
    }
  }
  return { surroundings: started, runs, seconds: settings.seconds, targets: brokers, rows: rows.all, failures };
}

async function report(results: Results, folder: string | undefined): Promise<void> {
  console.log(table(results));
  for (const { scenario, target, reason } of results.failures) console.log(`FAILED ${scenario} ${target}: ${reason}`);
  if (folder === undefined) return;
  mkdirSync(folder, { recursive: true });
  const name = `${results.surroundings.date.slice(0, 19).replaceAll(':', '')}.json`;
  // In the form that the repository's files have.
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
    console.error(usage === true ? `${(error as Error).message}\n\n${USAGE}` : error);
    process.exitCode = usage === true ? 2 : 1;
  }
}
