/** Nodes that have the same store as this one: they wait to take over, or have ended. */

export interface OtherNode {
  readonly name: string;
  /** It waits to take over. False: it has ended, or nothing is heard of it. */
  readonly waits: boolean;
  /** Of Leveret. */
  readonly version: string;
  /** When it came, in milliseconds since the epoch, by the store's clock. */
  readonly since: number;
}

/** `runs`: it is not forgotten as long as it does. `unknown`: there is none of this name. */
export type Forgetting = 'forgotten' | 'runs' | 'unknown';

export interface OtherNodes {
  /** In the order in which they first came. It takes a moment to see whether they live. */
  list(): Promise<readonly OtherNode[]>;
  /** One that has ended is listed no more, until it comes again. Rejects with a StoreError if the store is closed. */
  forget(name: string): Promise<Forgetting>;
}
