/** Declaring a queue or a stream. */
import { ask, at } from '../../api/client.ts';
import { Action } from '../../parts/action.tsx';
import { Area, Check, Row, Select, Text } from '../../parts/field.tsx';
import { optionsOf } from '../../parts/options.ts';
import { texts } from '../../texts.ts';

const words = texts.queues;

const ARGUMENTS = [
  ['x-message-ttl', 60_000],
  ['x-expires', 3_600_000],
  ['x-max-length', 100_000],
  ['x-max-length-bytes', 1_000_000_000],
  ['x-overflow', 'reject-publish'],
  ['x-dead-letter-exchange', ''],
  ['x-dead-letter-routing-key', ''],
  ['x-max-priority', 10],
  ['x-single-active-consumer', true],
  ['x-delivery-limit', 20],
  ['x-max-age', '7D'],
] as const;

interface AddProps {
  readonly vhosts: readonly string[];
  readonly vhost: string | undefined;
  readonly onDone: () => void;
}

export function AddQueue({ vhosts, vhost, onDone }: AddProps) {
  return (
    <Action
      label={words.add}
      isPrimary
      run={(values) => {
        const type = values.text('type');
        return ask('PUT', at`/queues/${values.text('vhost')}/${values.text('name')}`, {
          body: {
            durable: values.is('durable'),
            auto_delete: values.is('auto_delete'),
            arguments: { ...(type !== 'classic' && { 'x-queue-type': type }), ...values.json('arguments') },
          },
        });
      }}
      onDone={onDone}
    >
      <Text name="name" label={words.name} isRequired />
      <Row>
        <Select name="vhost" label={words.vhost} value={vhost ?? vhosts[0] ?? '/'} options={optionsOf(vhosts)} />
        <Select name="type" label={words.type} value="classic" options={Object.entries(words.types)} />
      </Row>
      <Check name="durable" label={words.durableLong} isChecked />
      <Check name="auto_delete" label={words.autoDeleteLong} />
      <Area name="arguments" label={texts.action.arguments} hint={texts.action.json} keys={ARGUMENTS} />
    </Action>
  );
}
