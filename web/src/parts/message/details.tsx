/** All of one message: its story, its properties, its headers, its body. */
import { useMemo, useState } from 'preact/hooks';
import { exchangeName } from '../../api/exchanges.ts';
import type { BrowsedMessage, Table } from '../../api/types.ts';
import { bytes, count, dateTime, valueText } from '../../format.ts';
import { texts } from '../../texts.ts';
import { Choice } from '../choice.tsx';
import { Download } from '../download.tsx';
import { Facts } from '../panel.tsx';
import { bestForm, type Body, type Form, FORMS, hexLines, readBody } from './body.ts';
import { Deaths } from './deaths.tsx';

const words = texts.messages;
/** Bytes of a body that are shown at most: more is for a file. */
export const MORE_BYTES = 4 * 1024 * 1024;

interface DetailsProps {
  readonly message: BrowsedMessage;
  /** Where the messages are asked for. */
  readonly path: string;
  /** More of the body is asked for. */
  readonly onMore: () => void;
}

export function MessageDetails({ message, path, onMore }: DetailsProps) {
  const body = useMemo(() => readBody(message), [message]);
  const [chosen, setForm] = useState<Form>();
  const form = chosen ?? bestForm(body);
  const properties: Table = Array.isArray(message.properties) ? {} : (message.properties as Table);
  const { headers = {}, ...others } = properties as { readonly headers?: Table };
  const forms = FORMS.filter((name) => name === 'hex' || body[name] !== undefined).map(
    (name) => [name, words.forms[name]] as const,
  );
  const missing = message.payload_bytes - body.bytes.length;
  return (
    <div class="message">
      <Deaths headers={headers} />
      <div class="message-parts">
        <div>
          <h3>{words.envelope}</h3>
          <Facts
            of={[
              [words.exchange, exchangeName(message.exchange)],
              [texts.bindings.key, message.routing_key],
              [words.deliveries, message.delivery_count > 0 ? count(message.delivery_count) : undefined],
              [words.received, message.received_at === undefined ? undefined : dateTime(message.received_at)],
              [words.expires, message.expires_at === undefined ? undefined : dateTime(message.expires_at)],
              [words.due, message.due_at === undefined ? undefined : dateTime(message.due_at)],
              ...Object.entries(others).map(([name, value]) => [name, propertyText(name, value)] as const),
            ]}
          />
        </div>
        {Object.keys(headers).length > 0 && (
          <div>
            <h3>{words.headers}</h3>
            <Facts
              of={Object.entries(headers).map(
                ([name, value]) =>
                  [name, typeof value === 'string' ? value : <code>{JSON.stringify(value)}</code>] as const,
              )}
            />
          </div>
        )}
      </div>
      <div class="body-head">
        <h3>
          {words.body} <small class="muted">{bytes(message.payload_bytes)}</small>
        </h3>
        <Choice label={words.form} options={forms} value={form} onChoose={setForm} />
      </div>
      <pre class="body" tabIndex={0}>
        {shown(body, form)}
      </pre>
      <div class="actions">
        {missing > 0 && (
          <>
            <span class="hint">{words.cut(bytes(body.bytes.length), bytes(message.payload_bytes))}</span>
            {body.bytes.length < MORE_BYTES && (
              <button type="button" class="plain" onClick={onMore}>
                {words.more}
              </button>
            )}
          </>
        )}
        <Download isPlain path={`${path}/${message.position}/body`} name={`message-${message.position}`} />
      </div>
    </div>
  );
}

function shown(body: Body, form: Form): string {
  return form === 'hex' ? hexLines(body.bytes) : (body[form] ?? '');
}

function propertyText(name: string, value: unknown): string {
  if (name === 'timestamp' && typeof value === 'number') return `${value} (${dateTime(value * 1000)})`;
  if (name === 'delivery_mode') return value === 2 ? texts.publish.persistent : texts.publish.transient;
  return valueText(value);
}
