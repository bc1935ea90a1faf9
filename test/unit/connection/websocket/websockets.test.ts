/** WebSockets as they come in: what goes wrong with one is told. */
import { expect, it, onTestFinished, vi } from 'vitest';
import { SharedInput } from '../../../../src/connection/input/shared-input.ts';
import { Broker } from '../../../../src/index.ts';
import { KeptLog } from '../../../support/kept-log.ts';
import { closeCode, connectByWebSocket, dialWebSocket } from '../../../support/websocket.ts';

it('tells of an error with a client that comes, whose socket is closed, and lets the next one in', async () => {
  const logger = new KeptLog();
  const broker = await Broker.start({ port: 0, managementPort: 0, logger });
  onTestFinished(() => broker.stop());
  vi.spyOn(SharedInput.prototype, 'open').mockImplementationOnce(() => {
    throw new Error('injected');
  });
  expect(await closeCode(await dialWebSocket(broker))).toBe(1006);
  expect(logger.errors.map(({ fields }) => (fields.err as Error).message)).toEqual(['injected']);
  await connectByWebSocket(broker);
});
