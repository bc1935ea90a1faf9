/** What the broker tells by itself every few seconds of all its queues: so it need not be asked as often. */
import { useEffect, useState } from 'preact/hooks';
import type { Overview } from '../../api/types.ts';
import { onEvent } from '../../state/live.ts';

export type Told = Pick<Overview, 'queue_totals' | 'message_stats'> & {
  /** Milliseconds since the epoch, by the broker's clock. */
  readonly at: number;
};

/** Of a minute, the newest last; none for who does not monitor. */
export function useTold(): readonly Told[] {
  const [told, setTold] = useState<readonly Told[]>([]);
  useEffect(
    () =>
      onEvent(({ type, data }) => {
        if (type === 'rates') setTold((before) => [...before.slice(-KEPT), data as Told]);
      }),
    [],
  );
  return told;
}

const KEPT = 20;
