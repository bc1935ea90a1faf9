/** Moving messages on: dead letters back to where they died, or all of them to another exchange. It runs in the broker, and is watched here. */
import { useState } from 'preact/hooks';
import { ask, at } from '../../api/client.ts';
import type { Job, Queue } from '../../api/types.ts';
import { count } from '../../format.ts';
import { Action } from '../../parts/action.tsx';
import { Row, Select, Text } from '../../parts/field.tsx';
import { JobProgress } from '../../parts/job.tsx';
import { texts } from '../../texts.ts';

const words = texts.redrive;

export function Redrive({
  queue: { vhost, name, messages_ready: ready },
  onDone,
}: {
  readonly queue: Queue;
  readonly onDone: () => void;
}) {
  const [job, setJob] = useState<number>();
  const [isBack, setBack] = useState(true);
  return (
    <>
      <Action
        label={words.action}
        title={words.title}
        what={isBack ? words.backWhat(count(ready), name) : words.moveWhat(count(ready), name)}
        run={async (values) => {
          const filter = Object.fromEntries(
            ['routing_key', 'header', 'header_value', 'text'].flatMap((key) =>
              values.text(key) === '' ? [] : [[key, values.text(key)]],
            ),
          );
          const key = values.text('to_key');
          const destination = isBack
            ? undefined
            : { exchange: values.text('exchange'), ...(key !== '' && { routing_key: key }) };
          const body = { destination, filter, count: values.number('count'), rate: values.number('rate') };
          const { id } = await ask<Job>('POST', at`/queues/${vhost}/${name}/redrive`, { body });
          setJob(id);
        }}
        onDone={onDone}
      >
        <Select
          name="to"
          label={words.to}
          value={isBack ? 'back' : 'exchange'}
          options={[
            ['back', words.back],
            ['exchange', words.exchange],
          ]}
          onChange={(value) => setBack(value === 'back')}
        />
        {!isBack && (
          <Row>
            <Text name="exchange" label={words.exchangeName} hint={words.exchangeHint} />
            <Text name="to_key" label={words.newKey} hint={words.newKeyHint} />
          </Row>
        )}
        <fieldset>
          <legend>{words.only}</legend>
          <Row>
            <Text name="routing_key" label={texts.bindings.key} />
            <Text name="text" label={texts.messages.text} />
          </Row>
          <Row>
            <Text name="header" label={texts.messages.header} />
            <Text name="header_value" label={texts.messages.headerValue} />
          </Row>
          <Row>
            <Text name="count" label={words.count} type="number" />
            <Text name="rate" label={words.rate} type="number" />
          </Row>
        </fieldset>
      </Action>
      {job !== undefined && <JobProgress id={job} onEnd={onDone} />}
    </>
  );
}
