/** The HTTP API's listener: put together here, loaded when the first request comes. */
import type { ManagementContext } from './context.ts';
import { HttpListener } from './http/listener.ts';

export function managementListener(context: ManagementContext): HttpListener {
  return new HttpListener(async () => {
    const [{ createApp }, { RESOURCES }] = await Promise.all([import('./http/app.ts'), import('./resources.ts')]);
    return createApp(context, RESOURCES, () => undefined);
  });
}
