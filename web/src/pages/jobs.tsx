/** What was started and takes long: how far each is. */
import type { Job } from '../api/types.ts';
import { count } from '../format.ts';
import { CancelJob, JobState } from '../parts/job.tsx';
import { Problem } from '../parts/notice.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { useAnswer } from '../state/answer.ts';
import { texts } from '../texts.ts';

const words = texts.jobs;

export function Jobs() {
  const { data, error, refresh } = useAnswer<readonly Job[]>('/jobs', { every: 1000 });
  const columns: readonly Column<Job>[] = [
    {
      id: 'job',
      title: words.job,
      show: ({ description, error: why }) => (why === undefined ? description : `${description}: ${why}`),
    },
    { id: 'state', title: words.state, show: (job) => <JobState of={job} /> },
    {
      id: 'looked',
      title: words.looked,
      isNumber: true,
      show: ({ examined, messages }) => `${count(examined)} / ${count(messages)}`,
    },
    { id: 'moved', title: words.moved, isNumber: true, show: ({ moved }) => count(moved) },
    { id: 'left', title: words.left, isNumber: true, show: ({ left }) => count(left) },
    { id: 'vhost', title: words.vhost, show: ({ vhost }) => vhost },
    { id: 'user', title: words.user, show: ({ user }) => user },
    { id: 'cancel', title: '', show: ({ id, state }) => state === 'running' && <CancelJob id={id} onDone={refresh} /> },
  ];
  return (
    <>
      <h1>{words.title}</h1>
      <Problem error={error} />
      <section class="panel">
        <Table
          name="jobs"
          caption={words.title}
          columns={columns}
          rows={data?.toReversed()}
          keyOf={({ id }) => String(id)}
          empty={words.none}
        />
      </section>
    </>
  );
}
