/** The messages that wait at delayed exchanges, one by one. RabbitMQ's plugin tells how many they are, and no more. */
import { browseDelayed, cancelDelayed } from '../../broker/operations/delayed.ts';
import { badRequest, noObject } from '../http/problem.ts';
import { type Call, NO_CONTENT, type Resource } from '../http/resource.ts';
import { readEncoding } from '../present/message.ts';
import { readFilter, readPage, showPage } from './browsing.ts';
import { existingExchange } from './exchanges.ts';

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
        if (!/^\d{1,15}$/.test(call.params.position)) throw noObject();
        const cancelled = await cancelDelayed(call.actor, existingExchange(call).name, Number(call.params.position));
        await cancelled.stored();
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
