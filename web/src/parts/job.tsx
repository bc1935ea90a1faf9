/** How far a job of the broker is; it can be cancelled. */
import { useEffect, useState } from 'preact/hooks';
import { ask, at } from '../api/client.ts';
import type { Job } from '../api/types.ts';
import { count } from '../format.ts';
import { useAnswer } from '../state/answer.ts';
import { texts } from '../texts.ts';
import { Meter } from './meter.tsx';
import { Badge, Notice, Problem, type Tone } from './notice.tsx';

const words = texts.jobs;
const EVERY_MS = 500;

const TONES: Readonly<Record<Job['state'], Tone>> = {
  running: 'plain',
  completed: 'good',
  cancelled: 'warn',
  failed: 'bad',
};

export function JobState({ of: { state } }: { readonly of: Job }) {
  return <Badge tone={TONES[state]}>{words.states[state]}</Badge>;
}

export function JobProgress({ id, onEnd }: { readonly id: number; readonly onEnd: () => void }) {
  const [hasEnded, setEnded] = useState(false);
  const { data: job, error, refresh } = useAnswer<Job>(at`/jobs/${id}`, { every: hasEnded ? 0 : EVERY_MS });
  const isRunning = job === undefined || job.state === 'running';
  useEffect(() => {
    if (isRunning) return;
    setEnded(true);
    onEnd();
  }, [isRunning]);
  if (job === undefined) return <Problem error={error} />;
  return (
    <div class="job" role="status">
      <div>
        <JobState of={job} /> {job.description}
      </div>
      <Meter
        title={words.progress(count(job.moved), count(job.left))}
        share={job.messages === 0 ? 1 : job.examined / job.messages}
        text={`${count(job.examined)} / ${count(job.messages)}`}
      />
      {job.error !== undefined && <Notice tone="bad">{job.error}</Notice>}
      {isRunning && <CancelJob id={id} onDone={refresh} />}
    </div>
  );
}

export function CancelJob({ id, onDone }: { readonly id: number; readonly onDone: () => void }) {
  return (
    <button type="button" onClick={() => void ask('DELETE', at`/jobs/${id}`).then(onDone, onDone)}>
      {texts.common.cancel}
    </button>
  );
}
