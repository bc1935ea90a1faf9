/** The first five seconds: is it well, what piles up, why, and what can be done about it. */
import { useAnswer } from '../state/answer.ts';
import { useMay } from '../state/session.ts';
import type { Node, Overview as Answer, Page, Queue } from '../api/types.ts';
import { Problem } from '../parts/notice.tsx';
import { texts } from '../texts.ts';
import { Charts } from './overview/charts.tsx';
import { Health } from './overview/health.tsx';
import { Numbers } from './overview/numbers.tsx';
import { Churn, Listeners, NodeFacts } from './overview/node.tsx';
import { useTold } from './overview/told.ts';
import { GROWING, TopQueues } from './overview/top-queues.tsx';

/** How often all queues are looked at: what the broker tells by itself comes between. */
const EVERY_MS = 15_000;
/** What changes the numbers of objects. */
const COUNTED = ['queue-declared', 'queue-deleted', 'connection-opened', 'connection-closed'];

export function Overview() {
  const may = useMay();
  const { data: overview, error } = useAnswer<Answer>('/overview', { every: EVERY_MS, on: ['alarms', ...COUNTED] });
  const told = useTold();
  const { data: nodes } = useAnswer<readonly Node[]>(may('monitoring') ? '/nodes' : undefined, {
    every: EVERY_MS,
    on: ['alarms'],
  });
  const { data: growing } = useAnswer<Page<Queue>>(GROWING, { every: EVERY_MS });
  const node = nodes?.[0];
  return (
    <>
      <h1>
        {texts.overview.title} {overview !== undefined && <small>{overview.cluster_name}</small>}
      </h1>
      <Problem error={error} />
      {overview !== undefined && <Health overview={overview} node={node} growing={growing?.items ?? []} />}
      <Numbers overview={overview && { ...overview, ...told.at(-1) }} />
      {may('monitoring') && <Charts told={told} />}
      <div class="columns">
        <TopQueues growing={growing} />
        {overview !== undefined && (
          <>
            {node !== undefined && <NodeFacts overview={overview} node={node} />}
            <div class="column">
              <Churn overview={overview} />
              {overview.listeners.length > 0 && <Listeners overview={overview} />}
            </div>
          </>
        )}
      </div>
    </>
  );
}
