/** The listeners that the HTTP API is reached by: put together here, loaded when the first request comes. */
import type { RequestListener } from 'node:http';
import { DAEMON_PATH } from '../util/control-socket.ts';
import type { ManagementContext } from './context.ts';
import { controlEntrance, type Entrance, networkEntrance } from './http/entrance.ts';
import { HttpListener } from './http/listener.ts';

/** For users with a password. */
export function managementListener(context: ManagementContext): HttpListener {
  return apiListener(context, networkEntrance);
}

/** For the commands of who operates the broker. `daemon`: what answers that starts and stops it, if the process is for it alone. */
export function controlListener(context: ManagementContext, daemon: RequestListener | undefined): HttpListener {
  return apiListener(context, controlEntrance, daemon);
}

function apiListener(context: ManagementContext, entrance: Entrance, daemon?: RequestListener): HttpListener {
  return new HttpListener(async () => {
    const [{ createApp }, { RESOURCES }] = await Promise.all([import('./http/app.ts'), import('./resources.ts')]);
    const app = await createApp(context, RESOURCES, entrance);
    if (daemon === undefined) return app;
    const answer: RequestListener = (request, response) =>
      (request.url?.startsWith(DAEMON_PATH) ? daemon : app.answer)(request, response);
    return { ...app, answer };
  });
}
