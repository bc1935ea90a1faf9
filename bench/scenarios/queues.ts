/** Very many queues with a few messages each, none of which is used much: what they take, and how soon a broker with them is back. */
import { higher, lower, MB, type Measurement, scaled, type Scenario, type Settings } from '../scenario.ts';
import type { LaunchedBroker } from '../target/launch.ts';
import type { Target } from '../target/target.ts';
import { fill } from './backlog.ts';
import { declareEach } from './declare-each.ts';
import { measureLives } from './lives.ts';
import { settled } from './process.ts';
import { numbered, Topology } from './topology.ts';

const QUEUES = 20_000;
const EMPTY_QUEUES = 100_000;
const MESSAGES_EACH = 50;
/** Of these published in one go, which has a time limit. */
const IN_ONE_GO = 10;
/** Milliseconds without work, after which a garbage collector has given back what it kept for more work: V8 begins after eight seconds. */
const REST_MS = 12_000;

async function add(broker: LaunchedBroker, names: readonly string[]): Promise<Measurement[]> {
  const idle = await settled(broker);
  const topology = await Topology.open(broker.url);
  await topology.declareQueues(names);
  const declared = await settled(broker);
  const count = names.length * MESSAGES_EACH;
  let seconds = 0;
  for (let n = 0; n < MESSAGES_EACH; n += IN_ONE_GO) {
    seconds += await fill(broker.url, names.length * IN_ONE_GO, names);
  }
  await topology.expectReady(names[0], MESSAGES_EACH);
  await topology.connection.close();
  const filled = await settled(broker);
  const rested = await settled(broker, REST_MS);
  return [
    lower('by queues', (declared - idle) / MB, 'MB'),
    lower('by messages', (filled - declared) / MB, 'MB'),
    lower('by both at rest', (rested - idle) / MB, 'MB'),
    higher('filled', count / seconds, '/s'),
  ];
}

async function comeBack(broker: LaunchedBroker, names: readonly string[]): Promise<Measurement[]> {
  const topology = await Topology.open(broker.url);
  for (const name of [names[0], names[names.length - 1]]) await topology.expectReady(name, MESSAGES_EACH);
  await topology.connection.close();
  return [lower('answer', broker.startMs, 'ms'), lower('resident', (await settled(broker)) / MB, 'MB')];
}

function many(target: Target, settings: Settings): Promise<Measurement[]> {
  const names = numbered('bench.many', scaled(QUEUES, settings) + 1);
  return measureLives(target, [(broker) => add(broker, names), (broker) => comeBack(broker, names)]);
}

/** What a start with very many queues takes, when none of them has a message. */
function empty(target: Target, settings: Settings): Promise<Measurement[]> {
  const names = numbered('bench.empty', scaled(EMPTY_QUEUES, settings) + 1);
  const declare = async ({ url }: LaunchedBroker): Promise<Measurement[]> => {
    const topology = await Topology.open(url);
    const declared = await declareEach(topology, names);
    await topology.connection.close();
    return declared;
  };
  const comeBack = async (broker: LaunchedBroker): Promise<Measurement[]> => {
    const topology = await Topology.open(broker.url);
    await topology.expectReady(names.at(-1)!, 0);
    await topology.connection.close();
    return [lower('answer', broker.startMs, 'ms'), lower('resident', (await settled(broker)) / MB, 'MB')];
  };
  return measureLives(target, [declare, comeBack]);
}

export const queues: readonly Scenario[] = [
  {
    name: 'queues100k',
    group: 'process',
    description: '100,000 durable queues declared one after the other, then a restart',
    needsCommand: true,
    run: empty,
  },
  {
    name: 'queues20k',
    group: 'process',
    description: '20,000 durable queues, 50 persistent 16 B messages in each: resident memory added, then a restart',
    needsCommand: true,
    run: many,
  },
];
