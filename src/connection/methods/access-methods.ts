/** Class access: of AMQP 0-8, answered because old clients still ask. */
import type { HandlersOf } from './handler-types.ts';

export const accessMethods: HandlersOf<'access'> = {
  'access.request': (channel) => channel.send({ name: 'access.request-ok', ticket: 1 }),
};
