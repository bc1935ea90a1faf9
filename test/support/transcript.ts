/**
 * What each connection of a test received, for the differential run (test/differential/run.ts): one list of lines a channel,
 * with everything that differs from run to run by its nature made equal. Kept only where LEVERET_TEST_TRANSCRIPT names a folder.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect } from 'vitest';
import { fromFieldTable } from '../../src/codec/field-table.ts';
import type { AmqpClient, Received } from './amqp-client/index.ts';

/** Lines by `test > connection > channel`. */
export type Transcript = Record<string, string[]>;

const folder = process.env['LEVERET_TEST_TRANSCRIPT'];

export class Recorder {
  readonly #lines: Transcript = {};
  readonly #connections = new Map<string, number>();

  attach(client: AmqpClient): void {
    if (folder === undefined) return;
    const test = expect.getState().currentTestName;
    if (test === undefined) return;
    const connection = (this.#connections.get(test) ?? 0) + 1;
    this.#connections.set(test, connection);
    client.inbox.onReceived = (channel, received) => {
      // Confirms may come one by one or together; connection.start is the broker's own card.
      if (received.method.name === 'basic.ack' || received.method.name === 'connection.start') return;
      const lines = (this.#lines[`${test} > connection ${connection} > channel ${channel}`] ??= []);
      const line = this.#line(received);
      // A count that is asked for until it holds leaves its last answer only.
      if (received.method.name === 'queue.declare-ok' && lines.at(-1)?.startsWith('queue.declare-ok')) lines.pop();
      lines.push(line);
    };
  }

  save(): void {
    if (folder === undefined) return;
    mkdirSync(folder, { recursive: true });
    const file = basename(expect.getState().testPath ?? 'unknown', '.test.ts');
    writeFileSync(join(folder, `${file}.json`), JSON.stringify(this.#lines));
  }

  #line({ method, content }: Received): string {
    const { name, ...fields } = method;
    const parts: string[] = [name, JSON.stringify(fields, plain)];
    if (content !== undefined) {
      const { properties, body, frames } = content;
      parts.push(
        JSON.stringify(properties, plain),
        `${body.length} octets`,
        frames.length > 1 ? `${frames.join(' ')}` : '',
      );
    }
    return parts
      .join(' ')
      .replaceAll(/-[0-9a-f]{8}\b/g, '-RUN')
      .replaceAll(/amq\.(gen|ctag)-[A-Za-z0-9_-]{22}/g, 'amq.$1-X')
      .replaceAll(/amq\.rabbitmq\.reply-to\.[^"']+/g, 'amq.rabbitmq.reply-to.X');
  }
}

function plain(_key: string, value: unknown): unknown {
  if (value instanceof Map) return fromFieldTable(value as never);
  return typeof value === 'bigint' ? String(value) : value;
}
