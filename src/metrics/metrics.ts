/** The listeners that Prometheus scrapes: what they answer with is loaded when the first request comes. */
import type { ManagementContext } from '../management/context.ts';
import { HttpListener } from '../management/http/listener.ts';
import type { SecureContexts } from '../tls/secure-contexts.ts';
import type { Logger } from '../util/logger.ts';
import type { Identity } from './families/info.ts';

/** `contexts`: what it is secured by, if it is. */
export function metricsListener(context: ManagementContext, contexts?: SecureContexts): HttpListener {
  return new HttpListener(async () => (await import('./broker.ts')).brokerMetrics(context), { contexts });
}

/** Of a node that waits to take over. */
export function standbyMetricsListener(identity: Identity, log: Logger, contexts?: SecureContexts): HttpListener {
  return new HttpListener(async () => (await import('./standby.ts')).standbyMetrics(identity, log), { contexts });
}
