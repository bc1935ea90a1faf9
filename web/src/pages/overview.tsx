/** The first five seconds: is it well, what piles up, why, and what can be done about it. */
import { useAnswer } from '../state/answer.ts';
import { useMay } from '../state/session.ts';
import type { Node, Overview as Answer } from '../api/types.ts';
import { Problem } from '../parts/notice.tsx';
import { texts } from '../texts.ts';
import { Charts } from './overview/charts.tsx';
import { Health } from './overview/health.tsx';
import { Numbers } from './overview/numbers.tsx';
import { Churn, Listeners, NodeFacts } from './overview/node.tsx';
import { TopQueues } from './overview/top-queues.tsx';

export function Overview() {
  const may = useMay();
  const { data: overview, error } = useAnswer<Answer>('/overview', { on: ['alarms'] });
  const { data: nodes } = useAnswer<readonly Node[]>(may('monitoring') ? '/nodes' : undefined, { on: ['alarms'] });
  const node = nodes?.[0];
  return (
    <>
      <h1>
        {texts.overview.title} {overview !== undefined && <small>{overview.cluster_name}</small>}
      </h1>
      <Problem error={error} />
      {overview !== undefined && <Health overview={overview} node={node} />}
      <Numbers overview={overview} />
      {may('monitoring') && <Charts />}
      <div class="columns">
        <TopQueues />
        {overview !== undefined && (
          <>
            {node !== undefined && <NodeFacts overview={overview} node={node} />}
            <Churn overview={overview} />
            {overview.listeners.length > 0 && <Listeners overview={overview} />}
          </>
        )}
      </div>
    </>
  );
}
