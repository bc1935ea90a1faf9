/** Messages one beneath the other: a line of each, and all of the one that is opened. */
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { ask, withQuery } from '../../api/client.ts';
import type { BrowsedMessage, MessagePage } from '../../api/types.ts';
import { bytes, count } from '../../format.ts';
import { texts } from '../../texts.ts';
import { Badge, type Tone } from '../notice.tsx';
import { Name } from '../name.tsx';
import { readBody } from './body.ts';
import { MessageDetails, MORE_BYTES } from './details.tsx';

const words = texts.messages;
const TONES: Readonly<Record<string, Tone>> = { ready: 'good', unacknowledged: 'warn', dead: 'bad' };
/** Bytes of a body that are shown of the message that is opened, until more is asked for. */
const OPENED_BYTES = 65_536;
const PREVIEW_CHARACTERS = 160;

interface ListProps {
  /** Where the messages are asked for. */
  readonly path: string;
  readonly messages: readonly BrowsedMessage[];
  /** At the end of each line. */
  readonly aside?: (message: BrowsedMessage) => ComponentChildren;
}

export function MessageList({ path, messages, aside }: ListProps) {
  const [opened, setOpened] = useState<BrowsedMessage>();
  const open = async (position: number, truncate: number): Promise<void> => {
    const { items } = await ask<MessagePage>('GET', withQuery(path, { from: position, count: 1, truncate }));
    // It may have been taken meanwhile.
    setOpened(
      items.find((message) => message.position === position) ??
        messages.find((message) => message.position === position),
    );
  };
  return (
    <ol class="messages">
      {messages.map((message) => {
        const { position } = message;
        const isOpen = opened?.position === position;
        return (
          <li key={position} class={isOpen ? 'open' : undefined}>
            <div class="line">
              <button
                type="button"
                aria-expanded={isOpen}
                onClick={() => (isOpen ? setOpened(undefined) : void open(position, OPENED_BYTES))}
              >
                <span class="position number">{count(position)}</span>
                <Badge tone={TONES[message.state] ?? 'plain'}>
                  {words.states[message.state as keyof typeof words.states] ?? message.state}
                </Badge>
                {message.redelivered && <Badge tone="warn">{words.redelivered}</Badge>}
                <span class="key-of">
                  <Name of={message.routing_key} />
                </span>
                <span class="preview code">{preview(message)}</span>
                <span class="number muted">{bytes(message.payload_bytes)}</span>
              </button>
              {aside?.(message)}
            </div>
            {isOpen && <MessageDetails message={opened} path={path} onMore={() => void open(position, MORE_BYTES)} />}
          </li>
        );
      })}
    </ol>
  );
}

function preview(message: BrowsedMessage): string {
  const { text, bytes: octets } = readBody(message);
  if (text !== undefined) return text.slice(0, PREVIEW_CHARACTERS).replace(/\s+/g, ' ');
  return Array.from(octets.subarray(0, 32), (byte) => byte.toString(16).padStart(2, '0')).join(' ');
}
