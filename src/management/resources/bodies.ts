/** The whole body of one message, as its bytes are: looked at and not taken. RabbitMQ has nothing like it. */
import { browseDelayed } from '../../broker/operations/delayed.ts';
import { type BrowsedPage, browseQueue } from '../../broker/operations/browsing.ts';
import { noObject } from '../http/problem.ts';
import { type Call, Reply, type Resource } from '../http/resource.ts';
import { existingExchange } from './exchanges.ts';
import { existingQueue } from './queues.ts';

const OCTETS = 'application/octet-stream';
const WHOLE = { count: 1, truncate: Infinity };

export const bodies: readonly Resource[] = [
  body('/queues/:vhost/:queue', (call, position) =>
    browseQueue(call.actor, existingQueue(call).name, String(position), WHOLE),
  ),
  body('/exchanges/:vhost/:exchange', (call, from) =>
    browseDelayed(call.actor, existingExchange(call).name, { ...WHOLE, from }),
  ),
];

function body(path: string, browse: (call: Call, position: number) => Promise<BrowsedPage>): Resource {
  return {
    path: `${path}/messages/:position/body`,
    GET: {
      role: 'management',
      accepts: OCTETS,
      handle: async (call) => {
        const position = positionIn(call);
        return bodyAt(position, await browse(call, position));
      },
    },
  };
}

/** Throws HttpProblem 404. */
export function positionIn({ params: { position } }: Call): number {
  if (!/^\d{1,15}$/.test(position)) throw noObject();
  return Number(position);
}

/** Whatever a message says of its content, a browser is to keep it in a file, and to run nothing of it. */
function bodyAt(position: number, { messages }: BrowsedPage): Reply {
  const [message] = messages;
  if (message?.position !== position) throw noObject();
  const headers = { 'content-type': OCTETS, 'content-disposition': `attachment; filename=message-${position}` };
  return new Reply(200, headers, message.body);
}
