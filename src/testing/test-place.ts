/** Where a queue or an exchange is. */
export interface TestPlace {
  /** The default vhost by default. */
  readonly vhost?: string | undefined;
}
