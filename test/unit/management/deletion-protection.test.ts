/** Vhosts that are protected from deletion: statuses and texts as RabbitMQ 4.x has them (RabbitMQ: Virtual Hosts, "Deletion Protection"). */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Broker } from '../../../src/index.ts';
import { apiOf, type Ask } from '../../support/management/api.ts';

let broker: Broker;
let ask: Ask;

beforeAll(async () => {
  broker = await Broker.start({ port: 0, managementPort: 0 });
  ask = apiOf(broker);
});
afterAll(() => broker.stop());

/** Status, and the reason if there is one. */
async function outcome(method: string, path: string, body?: unknown): Promise<unknown> {
  const { status, text } = await ask(method, path, { body });
  const json: unknown = text.startsWith('{') ? JSON.parse(text) : undefined;
  const reason = (json as { reason?: unknown } | undefined)?.reason;
  return reason === undefined ? status : [status, reason];
}

it('a vhost that is protected from deletion stays, whoever asks, until that is lifted', async () => {
  const refusal = [412, "Refusing to delete virtual host 'kept' because it is protected from deletion"];
  const isProtected = async (): Promise<unknown> => {
    const { json } = await ask('GET', '/vhosts/kept');
    const { protected_from_deletion: is, metadata } = json as Record<string, unknown>;
    return [is, (metadata as Record<string, unknown>)['protected_from_deletion']];
  };
  expect(await outcome('PUT', '/vhosts/kept', { description: 'd' })).toBe(201);
  expect(await isProtected()).toEqual([false, undefined]);
  expect(await outcome('POST', '/vhosts/kept/deletion/protection')).toBe(204);
  expect(await outcome('POST', '/vhosts/kept/deletion/protection')).toBe(204);
  expect(await isProtected()).toEqual([true, true]);
  expect(await outcome('DELETE', '/vhosts/kept')).toEqual(refusal);
  expect((await ask('DELETE', '/vhosts/kept')).json).toMatchObject({ error: 'precondition_failed' });
  await expect(broker.vhosts.delete('kept')).rejects.toMatchObject({ kind: 'protected', message: refusal[1] });
  // What is said of it otherwise does not lift it.
  expect(await outcome('PUT', '/vhosts/kept', { tags: 'a' })).toBe(204);
  expect((await ask('GET', '/vhosts/kept')).json).toMatchObject({ description: 'd', tags: ['a'] });
  expect(await outcome('DELETE', '/vhosts/kept')).toEqual(refusal);
  expect(await outcome('DELETE', '/vhosts/kept/deletion/protection')).toBe(204);
  expect(await isProtected()).toEqual([false, undefined]);
  expect(await outcome('PUT', '/vhosts/kept', { metadata: { protected_from_deletion: true } })).toBe(204);
  expect(await isProtected()).toEqual([true, true]);
  expect(await outcome('PUT', '/vhosts/kept', { protected_from_deletion: false })).toBe(204);
  expect(await outcome('DELETE', '/vhosts/kept')).toBe(204);
});

it('a vhost that there is not cannot be protected, and one of the same name begins anew', async () => {
  const reason = "Cannot enable deletion protection of virtual host 'nope' because it does not exist";
  expect(await outcome('POST', '/vhosts/nope/deletion/protection')).toEqual([404, reason]);
  expect(await outcome('DELETE', '/vhosts/nope/deletion/protection')).toEqual([404, 'Not Found']);
  await broker.vhosts.create('kept', { protectedFromDeletion: true });
  await broker.vhosts.protectFromDeletion('kept', false);
  await broker.vhosts.delete('kept');
  await broker.vhosts.create('kept');
  expect(broker.vhosts.get('kept')).toMatchObject({ protectedFromDeletion: false });
  await broker.vhosts.delete('kept');
});
