/**
 * What changes, as the broker tells it: server-sent events, read by fetch. An EventSource could not say that it is the page that asks, and would
 * not tell why it was refused.
 */
import { send } from './client.ts';

export interface BrokerEvent {
  readonly type: string;
  readonly data: unknown;
}

/** Resolves when the broker ends the stream. Rejects as `send`, and with whatever ends the connection. */
export async function listen(tell: (event: BrokerEvent) => void, signal: AbortSignal): Promise<void> {
  const { body } = await send('GET', '/events', { headers: { accept: 'text/event-stream' }, signal });
  const reader = body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const blocks = (text + value).split('\n\n');
    text = blocks.pop()!;
    for (const block of blocks) {
      const [, type, data] = /^event: (.*)\ndata: (.*)$/.exec(block) ?? [];
      if (type !== undefined) tell({ type, data: JSON.parse(data) as unknown });
    }
  }
}
