/** Leads a crowd through a measurement; see crowd.ts. */
import { LoadThreads } from './load.ts';
import { percentile } from './times.ts';

export interface CrowdResult {
  /** Messages a second that came back. */
  readonly rate: number;
  /** Microseconds of a way round. */
  readonly p99: number;
  /** Connections a second, each with a channel, a queue and a consumer. */
  readonly opened: number;
}

const SIZE = 1024;

/** `messages`: those of each connection that go round. Rejects where one of them is lost. */
export async function crowdLoad(
  url: string,
  connections: number,
  messages: number,
  { seconds, warmupSeconds }: { readonly seconds: number; readonly warmupSeconds: number },
): Promise<CrowdResult> {
  const startedAt = performance.now();
  await using threads = new LoadThreads(url, [
    { kind: 'crowd', connections, messages, queue: 'bench.crowd', size: SIZE },
  ]);
  await threads.ready();
  const opening = (performance.now() - startedAt) / 1000;
  threads.tell('start');
  await threads.unlessFailed(new Promise((done) => setTimeout(done, warmupSeconds * 1000)));
  threads.tell('measure');
  const [before, after] = await threads.stretch(seconds);
  await threads.stop();
  await threads.consumed(threads.sample().published);
  const times = await threads.end();
  return {
    rate: ((after.consumed - before.consumed) / (after.at - before.at)) * 1000,
    p99: percentile(times, 0.99),
    opened: connections / opening,
  };
}
