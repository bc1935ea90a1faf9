/** Runs the micro-benchmarks, all or those whose names hold one of the arguments; a table to standard error, JSON to standard output. */
import { surroundings } from '../report/machine.ts';
import { codec } from './codec.ts';
import { type MicroResult, time } from './loop.ts';
import { queue } from './queue.ts';
import { routing } from './routing.ts';
import { store } from './store.ts';

const MICROS = [...codec, ...routing, ...queue, ...store];

const wanted = process.argv.slice(2);
const unknown = wanted.find((part) => !MICROS.some(({ name }) => name.includes(part)));
if (unknown !== undefined) {
  console.error(
    `no micro-benchmark is called ${unknown}. There are:\n${MICROS.map(({ name }) => `  ${name}`).join('\n')}`,
  );
  process.exit(2);
}
const results: MicroResult[] = [];
for (const micro of MICROS) {
  if (wanted.length > 0 && !wanted.some((part) => micro.name.includes(part))) continue;
  const result = await time(micro);
  results.push(result);
  const rate = Math.round(result.operationsPerSecond).toLocaleString('en-US');
  console.error(`${micro.name.padEnd(40)} ${result.nanoseconds.toFixed(1).padStart(12)} ns ${rate.padStart(14)}/s`);
}
console.log(JSON.stringify({ surroundings: surroundings(), results }, null, 2));
