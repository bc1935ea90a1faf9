/** Publishing one message, by an exchange. */
import { ApiError, ask, at } from '../api/client.ts';
import { exchangeName } from '../api/exchanges.ts';
import { texts } from '../texts.ts';
import { Action } from './action.tsx';
import { Area, Row, Select, Text } from './field.tsx';

const words = texts.publish;

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
              payload: values.text('payload'),
              payload_encoding: values.text('encoding'),
            },
          },
        );
        if (!routed) throw new ApiError(200, words.unrouted);
      }}
      onDone={onDone}
    >
      <Text name="routing_key" label={texts.bindings.key} value={routingKey} />
      <Area name="payload" label={words.payload} rows={6} />
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
