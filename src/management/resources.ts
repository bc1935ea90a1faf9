/** All endpoints of the HTTP API; `spec/http-api.json` has a row for each method of them. */
import type { Resource } from './http/resource.ts';
import { queues } from './resources/queues.ts';
import { whoami } from './resources/whoami.ts';

export const RESOURCES: readonly Resource[] = [whoami, ...queues];
