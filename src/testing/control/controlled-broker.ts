/** A test broker, as the control port drives it. */
import type { TestClock } from '../clock/test-clock.ts';
import type { Faults } from '../faults/faults.ts';
import type { MessageLog } from '../log/message-log.ts';
import type { ResetOptions } from '../reset.ts';
import type { RestartOptions } from '../restart.ts';
import type { IdleOptions } from '../stillness.ts';
import type { TestPlace } from '../test-place.ts';
import type { TestQueue } from '../test-queue.ts';
import type { TestSpace } from '../test-space.ts';
import type { TestVhost } from '../test-vhost.ts';

export interface ControlledBroker {
  readonly log: MessageLog;
  readonly clock: TestClock;
  readonly faults: Faults;
  queue(name: string, place?: TestPlace): TestQueue;
  vhost(name?: string): TestVhost;
  space(name?: string): Promise<TestSpace>;
  connections(): readonly object[];
  deprecations(): readonly object[];
  idle(options?: IdleOptions): Promise<void>;
  reset(options?: ResetOptions & TestPlace): Promise<void>;
  crash(options?: RestartOptions): Promise<void>;
  restart(options?: RestartOptions): Promise<void>;
}
