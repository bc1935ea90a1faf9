/** The listener that Prometheus scrapes: what it answers with is loaded when the first request comes. */
import type { ManagementContext } from '../management/context.ts';
import { HttpListener } from '../management/http/listener.ts';
import type { SecureContexts } from '../tls/secure-contexts.ts';

/** `contexts`: what it is secured by, if it is. */
export function metricsListener(context: ManagementContext, contexts?: SecureContexts): HttpListener {
  return new HttpListener(async () => (await import('./endpoints.ts')).metricsApp(context), { contexts });
}
