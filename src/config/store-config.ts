/** Settings of a store in a database, which several nodes may share: store-options.ts has their options. */
export interface StoreConfig {
  /** Address of the PostgreSQL database that has the durable state; undefined: the data folder has it. See docs/postgres.md. */
  readonly store: string | undefined;
  /** Refuse a database that keeps what is confirmed on one server alone; false warns. */
  readonly storeRequireSync: boolean;
  /** What this node is called, also among those that share a database; undefined: `rabbit@` and the name of the machine. */
  readonly nodeName: string | undefined;
}
