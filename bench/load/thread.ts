/** A load thread: opens its role, then does as the leading thread says. */
import { parentPort, workerData } from 'node:worker_threads';
import { AmqplibConsumer, AmqplibPublisher } from './amqplib.ts';
import { Consumer } from './consumer.ts';
import { Crowd } from './crowd.ts';
import { Publisher } from './publisher.ts';
import { Requester, Responder } from './request-reply.ts';
import { Counters, type FromThread, type Role, type ThreadData, type ToThread } from './role.ts';

const port = parentPort!;
const data = workerData as ThreadData;

function say(message: FromThread): void {
  port.postMessage(message);
}

function fail(error: unknown): void {
  say({ kind: 'failed', reason: `${data.spec.kind}: ${error instanceof Error ? error.message : String(error)}` });
}

function open({ url, spec, counters: memory }: ThreadData): Promise<Role> {
  const counters = new Counters(memory);
  switch (spec.kind) {
    case 'publisher':
      return Publisher.open(url, spec, counters, fail);
    case 'consumer':
      return Consumer.open(url, spec, counters, fail);
    case 'requester':
      return Requester.open(url, spec, counters, fail);
    case 'responder':
      return Responder.open(url, spec, fail);
    case 'crowd':
      return Crowd.open(url, spec, counters, fail);
    case 'amqplib publisher':
      return AmqplibPublisher.open(url, spec, counters, fail);
    case 'amqplib consumer':
      return AmqplibConsumer.open(url, spec, counters, fail);
  }
}

async function obey(role: Role, command: ToThread): Promise<void> {
  if (command === 'start') role.start();
  else if (command === 'measure') role.measure?.();
  else if (command === 'stop') {
    await role.stop();
    say({ kind: 'stopped' });
  } else {
    const { times } = role;
    await role.end();
    say({ kind: 'ended', times });
    port.close();
  }
}

try {
  const role = await open(data);
  port.on('message', (command: ToThread) => void obey(role, command).catch(fail));
  say({ kind: 'ready' });
} catch (error) {
  fail(error);
}
