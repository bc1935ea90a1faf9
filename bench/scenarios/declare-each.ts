/** Durable queues declared one after the other by one client: as quickly when there are many as at the beginning? */
import { higher, lower, type Measurement } from '../scenario.ts';
import type { Topology } from './topology.ts';

/** Share of the declarations that counts as the first, and as the last. */
const EDGE = 10;

export async function declareEach(topology: Topology, names: readonly string[]): Promise<Measurement[]> {
  const edge = Math.ceil(names.length / EDGE);
  const startedAt = performance.now();
  const took: number[] = [];
  for (const name of names) {
    const at = performance.now();
    await topology.declareQueue(name, true);
    took.push(performance.now() - at);
  }
  const seconds = (performance.now() - startedAt) / 1000;
  const mean = (values: number[]) => (values.reduce((sum, value) => sum + value, 0) / values.length) * 1000;
  return [
    higher('declared', names.length / seconds, '/s'),
    lower('first tenth', mean(took.slice(0, edge)), 'µs'),
    lower('last tenth', mean(took.slice(-edge)), 'µs'),
  ];
}
