/** WebSockets as they come in: what goes wrong with one is told. */
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished, vi } from 'vitest';
import { WebSocketServer } from 'ws';
import { SharedInput } from '../../../../src/connection/input/shared-input.ts';
import { WebSockets } from '../../../../src/connection/websocket/websockets.ts';
import { assemble } from '../../../../src/embed/assemble.ts';
import { Broker } from '../../../../src/index.ts';
import { HttpListener } from '../../../../src/management/http/listener.ts';
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

it('tells that they cannot be loaded, tries again for the next client, and lets nobody in once they are stopped', async () => {
  const logger = new KeptLog();
  const { context, ending } = await assemble({ port: 0, logger });
  onTestFinished(() => ending.stop());
  const load = vi.fn((maxPayload: number) => Promise.resolve(new WebSocketServer({ noServer: true, maxPayload })));
  load.mockRejectedValueOnce(new Error('injected'));
  const webSockets = new WebSockets(context, '/ws/amqp', load);
  const listener = new HttpListener(() => Promise.reject(new Error('not asked')), { upgrades: webSockets });
  onTestFinished(() => listener.stop());
  const place = (await listener.start({ port: 0, host: '127.0.0.1' })) as AddressInfo;
  const ports = { managementPort: place.port, managementTlsPort: undefined };

  await expect(dialWebSocket(ports)).rejects.toThrow('500');
  expect(logger.errors.map(({ fields }) => (fields.err as Error).message)).toEqual(['injected']);
  await dialWebSocket(ports);
  await dialWebSocket(ports);
  expect(load).toHaveBeenCalledTimes(2);

  await webSockets.stop();
  await webSockets.resume();
  await expect(dialWebSocket(ports)).rejects.toThrow('503');
});
