/** What the broker as a whole did over the last minute, hour or day: the charts of the page. RabbitMQ has it as samples of its overview. */
import { badRequest } from '../http/problem.ts';
import type { Resource } from '../http/resource.ts';

const LONGEST_SECONDS = 86_400;
const MOST_MOMENTS = 360;

export const history: Resource = {
  path: '/history',
  GET: {
    role: 'monitoring',
    handle: ({ history: of, query, context: { clock } }) => {
      const age = Number(query.get('age') ?? 3600);
      if (!(age > 0 && age <= LONGEST_SECONDS)) {
        throw badRequest(`age has to be a number of seconds, ${LONGEST_SECONDS} at most`);
      }
      return of.since(clock.now() - age * 1000, MOST_MOMENTS);
    },
  },
};
