/** The listeners that the HTTP API is reached by: put together here, loaded when the first request comes. */
import type { ManagementContext } from './context.ts';
import { controlEntrance, type Entrance, networkEntrance } from './http/entrance.ts';
import { HttpListener } from './http/listener.ts';

/** For users with a password. */
export function managementListener(context: ManagementContext): HttpListener {
  return apiListener(context, networkEntrance);
}

/** For the commands of who operates the broker. */
export function controlListener(context: ManagementContext): HttpListener {
  return apiListener(context, controlEntrance);
}

function apiListener(context: ManagementContext, entrance: Entrance): HttpListener {
  return new HttpListener(async () => {
    const [{ createApp }, { RESOURCES }] = await Promise.all([import('./http/app.ts'), import('./resources.ts')]);
    return createApp(context, RESOURCES, entrance);
  });
}
