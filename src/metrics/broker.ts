/** What Prometheus is told of a broker. */
import type { ManagementContext } from '../management/context.ts';
import type { HttpApp } from '../management/http/listener.ts';
import { metricsApp, type Scrape } from './endpoints.ts';
import { EventLoopDelay } from './event-loop-delay.ts';
import { SCRAPES } from './scrapes.ts';

export function brokerMetrics(context: ManagementContext): HttpApp {
  const delay = new EventLoopDelay(context.clock);
  const scrapes = [...SCRAPES].map(([path, scrape]): [string, Scrape] => [
    path,
    (query) => scrape({ context, eventLoopDelays: delay.delays }, query),
  ]);
  return { ...metricsApp(new Map(scrapes), context.log), stop: () => delay.stop() };
}
