/** What an operator changes of the broker while it runs: who is let in, and limits that the configuration gave it. */
import { ChangeError } from '../broker/arguments/change-error.ts';
import { type Connections, forced } from '../broker/operations/connections.ts';
import type { MemoryBudget } from '../broker/log/memory-budget.ts';
import type { LogLevel } from '../config/config.ts';
import type { NodeControls } from '../management/context.ts';
import type { DiskSpace } from '../util/disk-space.ts';
import type { Logger } from '../util/logger.ts';

/** A listener for clients. */
export interface Suspendable {
  suspend(): void;
  resume(): Promise<void>;
}

export interface ControlledParts {
  readonly memory: MemoryBudget;
  readonly connections: Connections;
  readonly log: Logger;
  /** Undefined if nothing is written to a disk. */
  readonly disk: DiskSpace | undefined;
  /** Those that clients of AMQP come in by. */
  readonly listeners: readonly Suspendable[];
}

export class Controls implements NodeControls {
  readonly #parts: ControlledParts;
  #drained = false;

  constructor(parts: ControlledParts) {
    this.#parts = parts;
  }

  get drained(): boolean {
    return this.#drained;
  }

  get diskFreeLimit(): number {
    return this.#parts.disk?.limit ?? 0;
  }

  suspendListeners(): void {
    for (const listener of this.#parts.listeners) listener.suspend();
    this.#parts.log.warn({}, 'clients are let in no more, until the listeners are resumed');
  }

  async resumeListeners(): Promise<void> {
    for (const listener of this.#parts.listeners) await listener.resume();
    this.#parts.log.info({}, 'clients are let in again');
  }

  drain(): void {
    this.suspendListeners();
    this.#drained = true;
    for (const connection of [...this.#parts.connections])
      connection.close(forced('Node was put into maintenance mode'));
  }

  async revive(): Promise<void> {
    await this.resumeListeners();
    this.#drained = false;
  }

  setDiskFreeLimit(bytes: number): void {
    const { disk } = this.#parts;
    if (disk === undefined)
      throw new ChangeError('invalid', 'this broker keeps everything in memory: no disk can be full');
    disk.limit = bytes;
  }

  setMemoryBudget(bytes: number): void {
    this.#parts.memory.budget = bytes;
  }

  setLogLevel(level: LogLevel): void {
    const { log } = this.#parts;
    if (log.level === undefined)
      throw new ChangeError('invalid', 'this broker logs nothing, or to a logger without levels');
    log.level = level;
  }
}
