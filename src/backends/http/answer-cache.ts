/** Remembers what a server answered, for all who ask (RabbitMQ: rabbitmq_auth_backend_cache). Refusals are asked for again, unless they are to be kept too. */
import { createHmac } from 'node:crypto';
import type { Chance } from '../../util/chance.ts';
import type { Clock } from '../../util/clock.ts';
import type { Ask, AuthAnswer } from './question.ts';

const MOST = 10_000;

interface Remembered {
  readonly answer: Promise<AuthAnswer>;
  /** By the clock's `elapsed`. */
  readonly until: number;
}

export interface CacheRules {
  /** Milliseconds. */
  readonly authCacheTtl: number;
  readonly authCacheRefusals: boolean;
}

/** Many who ask the same at once make one question. */
export function remembering(ask: Ask, rules: CacheRules, clock: Clock, chance: Chance): Ask {
  // Questions have passwords in them: what is kept of one means nothing elsewhere.
  const key = chance.bytes(32);
  const remembered = new Map<string, Remembered>();
  return async (path, question) => {
    const name = createHmac('sha256', key)
      .update(JSON.stringify([path, question]))
      .digest('base64');
    const known = remembered.get(name);
    if (known !== undefined && clock.elapsed() < known.until) return known.answer;
    remembered.delete(name);
    if (remembered.size >= MOST) remembered.delete(remembered.keys().next().value!);
    const answer = ask(path, question);
    remembered.set(name, { answer, until: clock.elapsed() + rules.authCacheTtl });
    const found = await answer;
    if (found === undefined || !(found.allowed || rules.authCacheRefusals)) remembered.delete(name);
    return found;
  };
}
