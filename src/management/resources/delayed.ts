/** Messages that wait for their time, one by one: at delayed exchanges, and in queues before they are tried again. RabbitMQ tells how many they are, and no more. */
import { browseDelayed, cancelDelayed, cancelRetry } from '../../broker/operations/delayed.ts';
import { badRequest } from '../http/problem.ts';
import { type Call, NO_CONTENT, type Resource } from '../http/resource.ts';
import { readEncoding } from '../present/message.ts';
import { positionIn } from './bodies.ts';
import { readFilter, readPage, showPage } from './browsing.ts';
import { existingExchange } from './exchanges.ts';
import { existingQueue } from './queues.ts';

export const delayed: readonly Resource[] = [
  {
    path: '/exchanges/:vhost/:exchange/messages',
    GET: {
      role: 'management',
      handle: async (call) => {
        const { actor, query } = call;
        const request = { ...readFilter(query), ...readPage(query), from: readFrom(call) };
        const page = await browseDelayed(actor, existingExchange(call).name, request);
        return showPage(page, readEncoding(query.get('encoding') ?? 'auto'), 'due_at');
      },
    },
  },
  {
    path: '/exchanges/:vhost/:exchange/messages/:position',
    DELETE: {
      role: 'management',
      handle: async (call) => {
        const cancelled = await cancelDelayed(call.actor, existingExchange(call).name, positionIn(call));
        await cancelled.untilStored();
        return NO_CONTENT;
      },
    },
  },
  {
    path: '/queues/:vhost/:queue/messages/:position',
    DELETE: {
      role: 'management',
      handle: async (call) => {
        await cancelRetry(call.actor, existingQueue(call).name, positionIn(call)).untilStored();
        return NO_CONTENT;
      },
    },
  },
];

function readFrom({ query }: Call): number | undefined {
  const from = query.get('from');
  if (from === undefined || from === 'first') return undefined;
  if (!/^\d{1,15}$/.test(from)) throw badRequest(`'${from}' is no position`);
  return Number(from);
}
