/** What Prometheus is told of a node that waits to take over: what its process uses, who it is, and that it waits. */
import type { HttpApp } from '../management/http/listener.ts';
import type { Logger } from '../util/logger.ts';
import { metricsApp, type Scrape } from './endpoints.ts';
import { metricLines } from './exposition.ts';
import { type Endpoint, ENDPOINTS, type Identity, infoLines } from './families/info.ts';
import { STANDBY } from './families/own.ts';
import { PROCESS } from './families/process.ts';

export function standbyMetrics(identity: Identity, log: Logger): HttpApp {
  const scrapes = Object.entries(ENDPOINTS).map(([path, endpoint]): [string, Scrape] => [
    path,
    () => standbyLines(identity, endpoint),
  ]);
  return metricsApp(new Map(scrapes), log);
}

function* standbyLines(identity: Identity, endpoint: Endpoint): Generator<string> {
  for (const metric of PROCESS) yield* metricLines('', metric, metric.samples(undefined));
  yield* infoLines(identity, endpoint);
  yield* metricLines('leveret_', STANDBY, [{ labels: '', value: 1 }]);
}
