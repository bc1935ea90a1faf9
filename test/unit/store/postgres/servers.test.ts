/** Which of several servers is looked for, whatever becomes of the others. */
import { expect, test } from 'vitest';
import type { Connect } from '../../../../src/store/postgres/connector.ts';
import { Servers } from '../../../../src/store/postgres/servers.ts';
import type { Session } from '../../../../src/store/postgres/session.ts';
import { HandClock } from '../../../support/hand-clock.ts';

const HOST = { host: 'standby', port: 5432 };

test('a standby that is cut off once it has said what it is holds up nobody', async () => {
  let sessions = 0;
  // Who says goodbye to it waits for ever.
  const standby = {
    query: () => Promise.resolve({ rows: [[null]], tags: ['SELECT 1'] }),
    close: () => new Promise(() => undefined),
    destroy: () => void sessions--,
  };
  const connect: Connect = () => {
    sessions++;
    return Promise.resolve(standby as unknown as Session);
  };
  const servers = new Servers([HOST], connect, new HandClock());
  expect(await servers.look()).toEqual({ primary: undefined, problems: [] });
  expect(sessions).toBe(0);
});
