/** One request's way: is there such a method, who asks, may it, and then the resource's own answer. */
import type { IncomingMessage } from 'node:http';
import { whenKnown } from '../../broker/access/access-pending.ts';
import type { Vhost } from '../../broker/topology/vhost.ts';
import type { ManagementContext } from '../context.ts';
import type { EventFeed } from '../events/feed.ts';
import { authenticate } from './authentication.ts';
import { type JsonObject, readObject } from './body.ts';
import type { Peer } from './entrance.ts';
import type { OpenIdSignIn } from './openid.ts';
import { checkEnters, checkRole, checkSees, type Principal } from './principal.ts';
import { HttpProblem, noObject, notFound, problemOf } from './problem.ts';
import { readColumns, withColumns } from './columns.ts';
import type { History } from '../rates/history.ts';
import type { Rates } from '../rates/rates.ts';
import { View } from '../view.ts';
import { Query } from './query.ts';
import { inOrder, readSorting } from './sorting.ts';
import type { Sessions } from './sessions.ts';
import { allowedVerbs, allVerbs, type Call, type Operation, Reply, type Resource, type Verb } from './resource.ts';

/** What answers are made of. */
export interface Api {
  readonly context: ManagementContext;
  readonly rates: Rates;
  readonly feed: EventFeed;
  readonly sessions: Sessions;
  readonly openId: OpenIdSignIn | undefined;
  readonly history: History;
}

/** A request before its body is read. */
export interface RequestHead {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly params: Readonly<Record<string, string>>;
  readonly peer: Peer;
  /** Set if the way that the request came by says who asks: the control socket. */
  readonly principal: Principal | undefined;
}

/** A request that may be made. */
export interface Admitted {
  readonly head: RequestHead;
  readonly operation: Operation;
  readonly resource: Resource;
  readonly verb: Verb;
  /** Undefined if anybody may make it. */
  readonly principal: Principal | undefined;
  readonly vhost: Vhost | undefined;
}

/**
 * Before a body is read: nobody sends one who may not. Returns a Reply if that is all there is to say. Throws HttpProblem, or a defect.
 */
export async function admit(
  { context, rates, sessions }: Api,
  resource: Resource,
  head: RequestHead,
): Promise<Admitted | Reply> {
  // A path such as /queues// names nothing.
  if (Object.values(head.params).includes('')) throw noObject();
  const asked = head.method === 'HEAD' ? 'GET' : head.method;
  if (asked === 'OPTIONS') return new Reply(200, { allow: allowedVerbs(resource) }, '');
  const verb = allVerbs(resource).find((known) => known === asked);
  if (verb === undefined) return new Reply(405, { allow: allowedVerbs(resource) });
  const operation = resource[verb]!;
  if (!accepts(head.headers.accept, operation.accepts)) throw new HttpProblem(406, undefined);
  const { role } = operation;
  if (role === 'anyone') return { head, operation, resource, verb, principal: undefined, vhost: undefined };
  rates.asked();
  const principal =
    head.principal ??
    sessions.principalOf(head.headers) ??
    (await authenticate(context, head.headers.authorization, head.peer));
  const vhost = await refusalsTold(context, { head, resource, verb, principal }, async () => {
    checkRole(principal, role);
    if (!resource.path.includes(':vhost')) return undefined;
    return whenKnown(() => enter(context, principal, head, operation, verb));
  });
  return vhost instanceof Reply ? vhost : { head, operation, resource, verb, principal, vhost };
}

/** `hold`: see Call. Throws what `problemOf` knows, or a defect. Returns a Reply, or what goes out as JSON. */
export async function dispatch(api: Api, admitted: Admitted, bytes: Buffer, hold: Call['hold']): Promise<unknown> {
  const { operation, verb, principal } = admitted;
  const call = new RequestedCall(api, admitted, bytes, hold);
  const handle = () => whenKnown(() => operation.handle(call));
  const answer: unknown = await (principal === undefined
    ? handle()
    : refusalsTold(api.context, { ...admitted, principal }, handle));
  if (verb !== 'GET' && principal !== undefined) tellChange(api.context, admitted.head, verb, principal);
  // A Reply is finished: a list that is written as it is taken has looked itself for the order and the columns that are asked for.
  if (verb !== 'GET' || answer instanceof Reply) return answer;
  const ordered = inOrder(answer, readSorting(call.query));
  const columns = readColumns(call.query);
  return columns === undefined ? ordered : withColumns(ordered, columns);
}

function tellChange(
  { log, audit }: ManagementContext,
  { url, peer: { address: peer } }: RequestHead,
  method: Verb,
  { name: user }: Principal,
): void {
  const [path] = url.split('?');
  log.info({ user, peer, method, path }, 'HTTP change');
  audit?.record({ event: 'change', outcome: 'success', protocol: 'http', user, peer, action: `${method} ${path}` });
}

/** Whoever is refused stands in the audit log: without the names in the path, which may be secrets. */
async function refusalsTold<Result>(
  { audit }: ManagementContext,
  { head, resource, verb, principal }: Pick<Admitted, 'head' | 'resource' | 'verb'> & { readonly principal: Principal },
  action: () => Promise<Result>,
): Promise<Result> {
  try {
    return await action();
  } catch (error) {
    const problem = problemOf(error);
    if (problem?.status === 401) {
      const { params, peer } = head;
      const who = { protocol: 'http', user: principal.name, peer: peer.address } as const;
      const what = {
        action: `${verb} /api${resource.path}`,
        vhost: params.vhost,
        reason: String(problem.body?.reason),
      };
      audit?.record({ event: 'refusal', outcome: 'failure', ...who, ...what });
    }
    throw error;
  }
}

/** The vhost that the path names, or what is answered without one. Throws HttpProblem if there is none, or it is not the principal's. */
function enter(
  { node }: ManagementContext,
  principal: Principal,
  { params }: RequestHead,
  {
    role,
    unknownVhost = () => (verb === 'GET' || verb === 'DELETE' ? noObject() : notFound('vhost_not_found')),
  }: Operation,
  verb: Verb,
): Vhost | Reply {
  const vhost = node.vhost(params.vhost);
  if (vhost === undefined) {
    const answer = unknownVhost();
    if (answer instanceof Reply) return answer;
    throw answer;
  }
  // An administrator of users and vhosts need not have permissions of its own in them.
  if (role === 'administrator') return vhost;
  if (verb !== 'GET') checkEnters(principal, params.vhost);
  else checkSees(principal, params.vhost);
  return vhost;
}

/** As RabbitMQ: JSON is all there is, as a rule, and who wants something else alone gets nothing. */
function accepts(accept: string | undefined, type = 'application/json'): boolean {
  if (accept === undefined || accept === '') return true;
  const [group] = type.split('/');
  return accept
    .split(',')
    .some((range) => ['*/*', `${group}/*`, type].includes(range.split(';')[0].trim().toLowerCase()));
}

class RequestedCall implements Call {
  readonly query: Query;
  readonly bytes: Buffer;
  readonly hold: Call['hold'];
  readonly #api: Api;
  readonly #admitted: Admitted;
  #body: JsonObject | undefined;
  #view: View | undefined;

  constructor(api: Api, admitted: Admitted, bytes: Buffer, hold: Call['hold']) {
    this.#api = api;
    this.#admitted = admitted;
    this.bytes = bytes;
    this.hold = hold;
    this.query = new Query(admitted.head.url);
  }

  get context(): ManagementContext {
    return this.#api.context;
  }

  get feed(): EventFeed {
    return this.#api.feed;
  }

  get sessions(): Sessions {
    return this.#api.sessions;
  }

  get openId(): OpenIdSignIn | undefined {
    return this.#api.openId;
  }

  get rates(): Rates {
    return this.#api.rates;
  }

  get history(): History {
    return this.#api.history;
  }

  get peer(): Peer {
    return this.#admitted.head.peer;
  }

  get principal(): Principal {
    return this.#admitted.principal!;
  }

  get params(): Readonly<Record<string, string>> {
    return this.#admitted.head.params;
  }

  get headers(): IncomingMessage['headers'] {
    return this.#admitted.head.headers;
  }

  get body(): JsonObject {
    return (this.#body ??= readObject(this.bytes));
  }

  get vhost(): Vhost {
    return this.#admitted.vhost!;
  }

  get view(): View {
    return (this.#view ??= new View(this.context, this.#api.rates, this.query));
  }

  get actor(): Call['actor'] {
    return this.principal.actorIn(this.vhost);
  }
}
