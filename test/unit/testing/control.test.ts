/** The control port beside a broker in this process, for tests in others. */
import { expect, test } from 'vitest';
import { TestBroker } from '../../../src/testing/index.ts';
import { startBroker } from '../../support/application.ts';

interface Answer {
  readonly status: number;
  readonly text: string;
}

async function started() {
  const broker = await startBroker({ controlPort: 0, patience: 20_000 });
  const ask = async (method: string, path: string, body?: object): Promise<Answer> => {
    const response = await fetch(
      broker.controlUrl! + path,
      body === undefined ? { method } : { method, body: JSON.stringify(body) },
    );
    return { status: response.status, text: await response.text() };
  };
  return { broker, ask };
}

test('messages are put and waited for, and a wait that is in vain says why', async () => {
  const { broker, ask } = await started();
  await broker.vhost().seed({ queues: [{ name: 'orders', durable: true, auto_delete: false, arguments: {} }] });
  expect(await ask('POST', '/test/put', { queue: 'orders', content: { id: 7 } })).toEqual({ status: 204, text: '' });
  const { status, text } = await ask('POST', '/test/wait', { queue: 'orders', match: { json: { id: 7 } } });
  expect([status, JSON.parse(text)]).toMatchObject([200, { json: { id: 7 }, routingKey: 'orders' }]);
  const vain = await ask('POST', '/test/wait', { queue: 'ordres', patience: 10 });
  expect(vain.status).toBe(408);
  expect(vain.text).toContain("did you mean 'orders'?");
});

test('faults are begun, told of and lifted, and the broker crashes with what it stored', async () => {
  const { broker, ask } = await started();
  expect((await ask('POST', '/test/spaces', { name: 'w1' })).status).toBe(200);
  expect((await ask('POST', '/test/faults', { kind: 'diskFull' })).text).toBe('{"id":"1"}');
  expect((await ask('GET', '/test/faults/1')).text).toBe('{"kind":"diskFull","hits":1,"active":true}');
  expect((await ask('DELETE', '/test/faults/1')).text).toBe('{"hits":1}');
  expect((await ask('POST', '/test/crash', { downFor: 10 })).status).toBe(204);
  expect(broker.vhosts.get('w1')).toBeDefined();
  expect(await ask('DELETE', '/test/spaces/w1')).toEqual({ status: 204, text: '' });
  expect(broker.vhosts.get('w1')).toBeUndefined();
});

test('what makes no sense is answered by a text', async () => {
  const { ask } = await started();
  expect(await ask('POST', '/test/faults', { kind: 'rain' })).toMatchObject({
    status: 400,
    text: expect.stringContaining('rain') as string,
  });
  expect(await ask('POST', '/test/faults', { kind: 'slowDisk' })).toMatchObject({
    status: 400,
    text: expect.stringContaining('ms') as string,
  });
  expect((await ask('DELETE', '/test/spaces/none')).status).toBe(404);
  expect((await ask('GET', '/test/nothing')).status).toBe(404);
});

test('a control port that is taken has no broker started', async () => {
  const { broker } = await started();
  const taken = Number(new URL(broker.controlUrl!).port);
  await expect(TestBroker.start({ controlPort: taken })).rejects.toThrow(`port ${taken} is taken`);
  expect((await startBroker()).controlUrl).toBeUndefined();
});
