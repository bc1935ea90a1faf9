/** Two daemons on one database, one of which is active while the other waits: what a test needs to end the one and have the other take over. */
import { expect, vi } from 'vitest';
import { freePort, READY, type StartingDaemon } from '../../support/interop/daemon.ts';
import { UNTIL } from '../../support/patience.ts';
import { barrier } from '../../support/recovery/clients.ts';
import { spawnNode, WAITING } from '../../support/postgres/node-daemon.ts';

/** How the active node ends; a frozen one goes on later. */
export type NodeEnd = 'SIGKILL' | 'SIGTERM' | 'SIGSTOP';

export class Nodes {
  readonly #url: string;
  readonly #args: readonly string[];
  #count = 0;
  active!: StartingDaemon;
  waiting!: StartingDaemon;

  /** `url`: of the database. `args`: further ones of each node. */
  static async start(url: string, args: readonly string[] = []): Promise<Nodes> {
    const nodes = new Nodes(url, args);
    nodes.active = await nodes.#spawn();
    await nodes.active.ready;
    nodes.waiting = await nodes.#spawn();
    await says(nodes.waiting, WAITING, 1);
    return nodes;
  }

  private constructor(url: string, args: readonly string[]) {
    this.#url = url;
    this.#args = args;
  }

  /**
   * Ends the active node. Resolves when the other one serves, with how long that took in milliseconds; and there is another that waits: a new
   * one, or the one that was frozen, when it has learned that it was taken over.
   */
  async takeOver(end: NodeEnd): Promise<number> {
    const { active, waiting } = this;
    const [served, waited] = [times(waiting, READY), times(active, WAITING)];
    const begin = performance.now();
    if (end === 'SIGSTOP') active.signal('SIGSTOP');
    else await active.kill(end);
    await says(waiting, READY, served + 1);
    const took = performance.now() - begin;
    this.active = waiting;
    if (end === 'SIGSTOP') active.signal('SIGCONT');
    this.waiting = end === 'SIGSTOP' ? active : await this.#spawn();
    await says(this.waiting, WAITING, end === 'SIGSTOP' ? waited + 1 : 1);
    return took;
  }

  /**
   * Stops the active one for so many milliseconds. Resolves when it serves again, or the other does and this one waits, as it has learned that it was
   * taken over; and tells whether it was.
   */
  async stopFor(ms: number): Promise<boolean> {
    const takenOver = this.#takenOver();
    await this.pause(ms);
    if (await commits(this.active.url)) return false;
    await takenOver();
    return true;
  }

  /**
   * Does something with the active node, and again with the other one if that takes over meanwhile, as it may on a busy machine. `interrupted`: called
   * before it is done again.
   */
  async withActive<Value>(work: (url: string) => Promise<Value>, interrupted = () => {}): Promise<Value> {
    for (;;) {
      const takenOver = this.#takenOver();
      try {
        return await work(this.active.url);
      } catch (error) {
        await takenOver().catch(() => {
          throw error;
        });
        interrupted();
      }
    }
  }

  /** To be called before the other one may take over; what it returns resolves when that serves, and this one waits. */
  #takenOver(): () => Promise<void> {
    const { active, waiting } = this;
    const [served, waited] = [times(waiting, READY), times(active, WAITING)];
    return async () => {
      await says(waiting, READY, served + 1);
      await says(active, WAITING, waited + 1);
      [this.active, this.waiting] = [waiting, active];
    };
  }

  /** Stops the active one for so many milliseconds. */
  async pause(ms: number): Promise<void> {
    this.active.signal('SIGSTOP');
    await new Promise((resolve) => setTimeout(resolve, ms));
    this.active.signal('SIGCONT');
  }

  /** The end of what both printed, for who wonders what happened. */
  get story(): string {
    return [this.active, this.waiting].map(({ port, output }) => `${port}:\n${output.slice(-3000)}`).join('\n');
  }

  async #spawn(): Promise<StartingDaemon> {
    const name = `node${this.#count++}`;
    return spawnNode({ port: await freePort(), store: this.#url, name, args: this.#args });
  }
}

/** A node that was taken over commits nothing. */
async function commits(url: string): Promise<boolean> {
  try {
    await barrier(url);
    return true;
  } catch {
    return false;
  }
}

function times({ output }: StartingDaemon, text: string): number {
  return output.split(text).length - 1;
}

async function says(daemon: StartingDaemon, text: string, often: number): Promise<void> {
  const said = () => expect(times(daemon, text), daemon.output.slice(-2000)).toBeGreaterThanOrEqual(often);
  await vi.waitFor(said, UNTIL);
}
