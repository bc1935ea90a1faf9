/** What the broker counts beside its vhosts. */
import { Histogram } from '../../util/histogram.ts';
import { AuthCounters } from './auth-attempts.ts';
import { ChurnCounters, ConnectionCounters } from './counters.ts';
import { Totals } from './totals.ts';

/** Bytes, as in RabbitMQ 4's `message_size_bytes`. */
const SIZES = [100, 1000, 10_000, 100_000, 1_000_000, 10_000_000, 50_000_000, 100_000_000];

export class BrokerCounters {
  readonly connections = new Totals(() => new ConnectionCounters());
  readonly churn = new ChurnCounters();
  readonly auth = new AuthCounters();
  /** Bodies of published messages, in bytes. */
  readonly messageSizes = new Histogram(SIZES);
}
