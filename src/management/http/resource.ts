/** An endpoint of the API: a path, and what each method of it asks for and does. */
import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import type { Actor } from '../../broker/operations/actor.ts';
import type { Vhost } from '../../broker/topology/vhost.ts';
import type { ManagementContext } from '../context.ts';
import type { EventFeed } from '../events/feed.ts';
import type { JsonObject } from './body.ts';
import type { Peer } from './entrance.ts';
import type { OpenIdSignIn } from './openid.ts';
import type { Principal, Role } from './principal.ts';
import type { HttpProblem } from './problem.ts';
import type { Sessions } from './sessions.ts';
import type { View } from '../view.ts';
import type { History } from '../rates/history.ts';
import type { Rates } from '../rates/rates.ts';
import type { Query } from './query.ts';

/** One request, once it is known who asks. */
export interface Call {
  readonly context: ManagementContext;
  readonly principal: Principal;
  /** The parts of the path that stand for names, decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: Query;
  readonly headers: IncomingMessage['headers'];
  readonly peer: Peer;
  readonly bytes: Buffer;
  /** Has so many bytes more count for the answer until it is sent. Returns false if there is no room for them, so that it has to do without. */
  readonly hold: (bytes: number) => boolean;
  /** The body as a JSON object. Throws HttpProblem 400. */
  readonly body: JsonObject;
  /** Of a path with `:vhost`. The principal may enter it, or is shown it. */
  readonly vhost: Vhost;
  /** What changes. */
  readonly feed: EventFeed;
  /** Of all that has figures. */
  readonly rates: Rates;
  /** Of the broker as a whole. */
  readonly history: History;
  /** Who is signed in to the page. */
  readonly sessions: Sessions;
  /** How browsers sign in by OpenID Connect; undefined if they do not. */
  readonly openId: OpenIdSignIn | undefined;
  /** What objects are shown by. */
  readonly view: View;
  /** The principal in that vhost. */
  readonly actor: Actor;
}

/** Anything that is not a Reply goes out as JSON with status 200. */
export class Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Text, bytes, a sequence of pieces of text that is written as the client takes them, or a stream that goes out as it comes. */
  readonly content: string | Buffer | Iterable<string> | Readable | undefined;

  constructor(status: number, headers: Readonly<Record<string, string>> = {}, content?: Reply['content']) {
    this.status = status;
    this.headers = headers;
    this.content = content;
  }
}

export const NO_CONTENT = new Reply(204);
export const CREATED = new Reply(201);

/** Something new is 201, what was there before 204. */
export function put(isNew: boolean): Reply {
  return isNew ? CREATED : NO_CONTENT;
}

export interface Operation {
  /** What the tags of the user must give. `anyone`: nobody says who it is. */
  readonly role: Role | 'anyone';
  /** What it answers with, if that is not JSON: whoever asks has to accept it. */
  readonly accepts?: string;
  /** What is told who names a vhost that there is not, if it is not 404: the problem that it is, or an answer. */
  readonly unknownVhost?: () => HttpProblem | Reply;
  /** What happens. A promise is awaited: it may resolve when what changed is stored. */
  readonly handle: (call: Call) => unknown;
}

export type Verb = 'GET' | 'PUT' | 'POST' | 'DELETE';

export type Resource = { readonly path: string } & { readonly [Method in Verb]?: Operation };

/** The verbs of a resource. */
export function allVerbs(resource: Resource): Verb[] {
  return (['GET', 'PUT', 'POST', 'DELETE'] as const).filter((verb) => resource[verb] !== undefined);
}

/** As the header Allow names them. */
export function allowedVerbs(resource: Resource): string {
  return [...(resource.GET === undefined ? [] : ['HEAD']), ...allVerbs(resource), 'OPTIONS'].join(', ');
}
