/**
 * Watches the free space of a disk: asks the system every few seconds, and the more often the sooner a fast writer could fill
 * what is free above the limit (RabbitMQ: Memory and Disk Alarms).
 */
import { statfsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import type { Clock, Timer } from './clock.ts';
import { type Fault, unawaited } from './guard.ts';

export type Room = 'enough' | 'short' | 'low';

export interface DiskSpaceOptions {
  /** A folder on the disk. */
  readonly folder: string;
  /** Bytes. Free space below this is low. It may be changed later. */
  readonly limit: number;
  readonly clock: Clock;
  /** Bytes above the limit. Free space below both is short: what could give some back is to do so before it is low. */
  readonly margin: number;
  /** Told when free space comes to be enough, short or low, with the free bytes and the limit. It is taken to be enough at first. */
  readonly onChange: (room: Room, free: number, limit: number) => void;
  /** Told once when the system does not say what is free; the last answer holds until it does. */
  readonly onError: (error: Error) => void;
  /** Told what goes wrong with those who are told; it is looked again all the same. */
  readonly fault: Fault;
}

/** Bytes on the disk of the folder, or of the working directory without one; 0 if the system does not say. */
export function freeSpace(folder = '.'): number {
  try {
    return freeOf(statfsSync(folder));
  } catch {
    return 0;
  }
}

function freeOf({ bavail, bsize }: SpaceOf): number {
  return bavail * bsize;
}

/** Bytes a second that a disk may fill with at most. */
const FASTEST_WRITER = 250_000_000;
/** Milliseconds between two looks. */
const SHORTEST = 200;
const LONGEST = 5000;

interface SpaceOf {
  readonly bavail: number;
  readonly bsize: number;
}

export class DiskSpace {
  readonly #options: DiskSpaceOptions;
  #limit: number;
  #room: Room = 'enough';
  #failed = false;
  #timer: Timer | undefined;
  #stopped = false;

  /** The first look is at once, before this returns. */
  constructor(options: DiskSpaceOptions) {
    this.#options = options;
    this.#limit = options.limit;
    this.#lookAtOnce();
  }

  /** Bytes. */
  get limit(): number {
    return this.#limit;
  }

  /** From now on: it is looked at once. */
  set limit(bytes: number) {
    this.#limit = bytes;
    this.#lookAtOnce();
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
  }

  #lookAtOnce(): void {
    try {
      this.#saw(statfsSync(this.#options.folder));
    } catch (error) {
      this.#missed(error as Error);
    }
  }

  async #look(): Promise<void> {
    let space: SpaceOf;
    try {
      space = await statfs(this.#options.folder);
    } catch (error) {
      this.#missed(error as Error);
      return;
    }
    this.#saw(space);
  }

  #saw(space: SpaceOf): void {
    if (this.#stopped) return;
    const { margin, onChange } = this.#options;
    const limit = this.#limit;
    const free = freeOf(space);
    const room = free < limit ? 'low' : free < limit + margin ? 'short' : 'enough';
    this.#failed = false;
    this.#again(((free - limit) / FASTEST_WRITER) * 1000);
    if (room === this.#room) return;
    this.#room = room;
    onChange(room, free, limit);
  }

  #missed(error: Error): void {
    if (this.#stopped) return;
    if (!this.#failed) this.#options.onError(error);
    this.#failed = true;
    this.#again(LONGEST);
  }

  #again(ms: number): void {
    const wait = Math.min(Math.max(ms, SHORTEST), LONGEST);
    const { clock, fault } = this.#options;
    this.#timer?.cancel();
    this.#timer = clock.after(wait, () => unawaited(fault, this.#look()));
  }
}
