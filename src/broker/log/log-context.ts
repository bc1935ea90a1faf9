/** What the logs of a node share. */
import type { Store } from '../../store/store.ts';
import type { Backlog } from '../flow/backlog.ts';
import type { BodyStore } from './body-store.ts';
import type { MemoryBudget } from './memory-budget.ts';
import type { SpareConfirms } from './waiting-confirms.ts';

export interface LogContext {
  readonly store: Store;
  readonly bodies: BodyStore;
  readonly memory: MemoryBudget;
  readonly backlog: Backlog;
  readonly spareConfirms: SpareConfirms;
}
