/** The listener that Prometheus scrapes: what it answers with is loaded when the first request comes. */
import type { ManagementContext } from '../management/context.ts';
import { HttpListener } from '../management/http/listener.ts';

export function metricsListener(context: ManagementContext): HttpListener {
  return new HttpListener(async () => (await import('./endpoints.ts')).metricsApp(context));
}
