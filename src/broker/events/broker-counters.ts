/** What the broker counts beside its vhosts. */
import { AuthCounters } from './auth-attempts.ts';
import { ChurnCounters, ConnectionCounters } from './counters.ts';
import { MessageSizes } from './message-sizes.ts';
import { Totals } from './totals.ts';

export class BrokerCounters {
  readonly connections = new Totals(() => new ConnectionCounters());
  readonly churn = new ChurnCounters();
  readonly auth = new AuthCounters();
  readonly messageSizes = new MessageSizes();
}
