/** Publishing one message, by an exchange. */
import { ApiError, ask, at, checkSize } from '../api/client.ts';
import { exchangeName } from '../api/exchanges.ts';
import { texts } from '../texts.ts';
import { Action, type Values } from './action.tsx';
import { Area, Row, Select, Text } from './field.tsx';

const words = texts.publish;

/** Characters. */
const LONGEST_SHOWN = 100_000;

const PROPERTIES = [
  ['content_type', 'application/json'],
  ['correlation_id', ''],
  ['reply_to', ''],
  ['expiration', '60000'],
  ['message_id', ''],
  ['priority', 0],
  ['type', ''],
  ['headers', {}],
] as const;

interface PublishProps {
  readonly vhost: string;
  /** '' is the default exchange. */
  readonly exchange: string;
  readonly routingKey: string;
  readonly what: string;
  readonly onDone: () => void;
}

export function Publish({ vhost, exchange, routingKey, what, onDone }: PublishProps) {
  return (
    <Action
      label={words.action}
      title={words.title}
      what={what}
      run={async (values) => {
        const { routed } = await ask<{ readonly routed: boolean }>(
          'POST',
          at`/exchanges/${vhost}/${exchangeName(exchange)}/publish`,
          {
            body: {
              routing_key: values.text('routing_key'),
              properties: { delivery_mode: Number(values.text('delivery_mode')), ...values.json('properties') },
              ...(await bodyIn(values)),
            },
          },
        );
        if (!routed) throw new ApiError(200, words.unrouted);
      }}
      onDone={onDone}
    >
      <Text name="routing_key" label={texts.bindings.key} value={routingKey} />
      <Area name="payload" label={words.payload} rows={6} onPaste={keepLongAside} />
      <Text name="file" label={words.file} hint={words.fileHint} type="file" />
      <Row>
        <Select
          name="encoding"
          label={words.encoding}
          value="string"
          options={[
            ['string', words.asText],
            ['base64', words.asBase64],
          ]}
        />
        <Select
          name="delivery_mode"
          label={words.mode}
          value="2"
          options={[
            ['2', words.persistent],
            ['1', words.transient],
          ]}
        />
      </Row>
      <Area name="properties" label={words.properties} hint={texts.action.json} keys={PROPERTIES} rows={3} />
    </Action>
  );
}

/** Text that a browser shows is laid out line by line, which takes seconds for a megabyte: what is longer becomes a file. */
function keepLongAside(event: ClipboardEvent): void {
  const text = event.clipboardData!.getData('text/plain');
  if (text.length <= LONGEST_SHOWN) return;
  event.preventDefault();
  const { form } = event.currentTarget as HTMLTextAreaElement;
  const kept = new DataTransfer();
  kept.items.add(new File([text], words.pasted));
  (form!.elements.namedItem('file') as HTMLInputElement).files = kept.files;
}

/** A file goes before a text. */
async function bodyIn(values: Values): Promise<{ readonly payload: string; readonly payload_encoding: string }> {
  const file = values.file('file');
  if (file.name === '') return { payload: values.text('payload'), payload_encoding: values.text('encoding') };
  checkSize(Math.ceil(file.size / 3) * 4);
  return { payload: await base64Of(file), payload_encoding: 'base64' };
}

function base64Of(file: File): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const reader = new FileReader();
  reader.onload = () => resolve((reader.result as string).replace(/^[^,]*,?/, ''));
  reader.onerror = () => reject(new ApiError(0, words.unreadable(file.name)));
  reader.readAsDataURL(file);
  return promise;
}
