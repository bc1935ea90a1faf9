/** One thing that a fault may strike: what is known of it then. */
import type { Received } from '../log/received.ts';

export interface Occasion {
  /** The name that the client gave its connection; empty if it gave none. */
  readonly name?: string | undefined;
  readonly user?: string | undefined;
  readonly vhost?: string | undefined;
  readonly channel?: number | undefined;
  /** What is published, or delivered. */
  readonly message?: Received | undefined;
  /** That it is delivered from, or that a method names. */
  readonly queue?: string | undefined;
  /** `basic.consume`. */
  readonly method?: string | undefined;
}
