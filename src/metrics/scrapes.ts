/** What each endpoint tells, piece by piece. */
import type { ManagementContext } from '../management/context.ts';
import { metricLines } from './exposition.ts';
import { CHANNEL_EXCHANGES, CHANNEL_QUEUES, CHANNELS, CONNECTIONS } from './families/clients.ts';
import { GLOBAL, PRESENT } from './families/global.ts';
import { type Endpoint, identityOf, infoLines } from './families/info.ts';
import { MEMORY_BREAKDOWN } from './families/memory-breakdown.ts';
import { NODE, type NodeMetric } from './families/node.ts';
import { OWN } from './families/own.ts';
import { PROCESS } from './families/process.ts';
import { QUEUE_EXCHANGES } from './families/queue-exchanges.ts';
import { QUEUES, withQueueInfo } from './families/queues.ts';
import { EXCHANGES, VHOSTS } from './families/topology.ts';
import { type BrokerMoment, gather, type Moment, momentOf, type Source } from './moment.ts';
import { detailed, type Selection } from './object-kind.ts';

const KINDS = [QUEUES, QUEUE_EXCHANGES, CHANNELS, CHANNEL_EXCHANGES, CHANNEL_QUEUES, CONNECTIONS, EXCHANGES] as const;

/** `query`: of the request. */
type BrokerScrape = (source: Source, query: URLSearchParams) => Iterable<string> | Promise<Iterable<string>>;

/** By the end of the path behind `/metrics`. */
export const SCRAPES: ReadonlyMap<string, BrokerScrape> = new Map<string, BrokerScrape>([
  ['', scrapeTogether],
  ['/per-object', async (source) => brokerLines(await gather(source), eachObject(source.context), 'per-object')],
  ['/detailed', (source, query) => detailedLines(momentOf(source), selectionOf(query))],
  ['/memory-breakdown', (source) => memoryLines(momentOf(source))],
]);

async function scrapeTogether(source: Source): Promise<Iterable<string>> {
  const moment = await gather(source);
  const objects: string[] = [];
  for (const kind of KINDS) objects.push(...kind.together(moment, await kind.sums(source.context)));
  return brokerLines(moment, objects, 'aggregated');
}

function selectionOf(query: URLSearchParams): Selection {
  const vhosts = query.getAll('vhost');
  return {
    families: withQueueInfo(new Set(query.getAll('family'))),
    vhosts: vhosts.length === 0 ? undefined : new Set(vhosts),
  };
}

function* brokerLines(moment: BrokerMoment, objects: Iterable<string>, endpoint: Endpoint): Generator<string> {
  yield* lines('', PROCESS, moment);
  for (const { metrics } of NODE) yield* lines('rabbitmq_', metrics, moment);
  yield* lines('rabbitmq_', PRESENT, moment);
  yield* lines('rabbitmq_', GLOBAL, moment);
  yield* objects;
  yield* infoLines(identityOf(moment.context), endpoint);
  yield* lines('leveret_', OWN, moment);
}

function* eachObject(context: ManagementContext): Generator<string> {
  for (const kind of KINDS) yield* kind.each(context);
}

function* detailedLines(moment: Moment, selection: Selection): Generator<string> {
  for (const { family, metrics } of NODE) {
    if (family !== undefined && selection.families.has(family)) yield* lines(detailed('rabbitmq_'), metrics, moment);
  }
  for (const kind of [...KINDS, VHOSTS]) yield* kind.each(moment.context, selection);
  yield* infoLines(identityOf(moment.context), 'detailed');
}

function* memoryLines(moment: Moment): Generator<string> {
  yield* lines('rabbitmq_', MEMORY_BREAKDOWN, moment);
  yield* infoLines(identityOf(moment.context), 'memory-breakdown');
}

function* lines<State>(prefix: string, metrics: readonly NodeMetric<State>[], moment: State): Generator<string> {
  for (const metric of metrics) yield* metricLines(prefix, metric, metric.samples(moment));
}
