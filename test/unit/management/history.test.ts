/** What is kept of the figures of a day. */
import { describe, expect, it } from 'vitest';
import { Broker } from '../../../src/index.ts';
import { History } from '../../../src/management/rates/history.ts';
import { apiOf } from '../../support/management/api.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

describe('a history', () => {
  it('has each note of the last hour, and one a minute of the day before', () => {
    const history = new History();
    const end = 26 * HOUR;
    for (let at = 0; at <= end; at += 5000) history.note(at, { publish: at / 1000 });
    const { at, figures } = history.since(0, 1_000_000);
    expect(at.length).toBe(720 + 1 + 23 * 60);
    expect([at[0], at[1] - at[0]]).toEqual([end - 24 * HOUR, MINUTE]);
    expect([at.at(-1), at.at(-1)! - at.at(-2)!]).toEqual([end, 5000]);
    expect(figures['publish'].at(-1)).toBe(end / 1000);
  });

  it('tells of a time as closely as is asked for, up to now', () => {
    const history = new History();
    for (let at = 0; at < HOUR; at += 5000) history.note(at, { publish: at });
    const { at } = history.since(HOUR / 2, 100);
    expect(at.length).toBeLessThanOrEqual(100);
    expect([at[0] >= HOUR / 2, at.at(-1)]).toEqual([true, HOUR - 5000]);
  });

  it('begins anew when the clock is set back, and is empty before the first note', () => {
    const history = new History();
    expect(history.since(0, 10)).toEqual({ at: [], figures: {} });
    history.note(HOUR, { publish: 1 });
    history.note(10, { publish: 2 });
    expect(history.since(0, 10)).toEqual({ at: [10], figures: { publish: [2] } });
  });

  it('is asked for over HTTP, a day at most, by who monitors', async () => {
    await using broker = await Broker.start({ port: 0, managementPort: 0 });
    const ask = apiOf(broker);
    await expect
      .poll(async () => (await ask('GET', '/history?age=60')).json)
      .toMatchObject({ figures: { messages: [0], publish: [0] } });
    expect((await ask('GET', '/history?age=86401')).status).toBe(400);
    expect((await ask('DELETE', '/reset')).status).toBe(204);
    expect((await ask('GET', '/history?age=60')).json).toMatchObject({ at: [] });
    expect((await ask('DELETE', '/reset/none')).status).toBe(404);
    await broker.users.create('narrow', 'secret', ['management']);
    expect((await ask('GET', '/history', { as: 'narrow:secret' })).status).toBe(401);
  });
});
