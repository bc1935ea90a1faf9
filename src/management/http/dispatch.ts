/** One request's way: is there such a method, who asks, may it, and then the resource's own answer. */
import type { IncomingMessage } from 'node:http';
import type { Vhost } from '../../broker/topology/vhost.ts';
import type { ManagementContext } from '../context.ts';
import { authenticate } from './authentication.ts';
import { type JsonObject, readObject } from './body.ts';
import type { Peer } from './entrance.ts';
import { checkEnters, checkRole, checkSees, type Principal } from './principal.ts';
import { HttpProblem, noObject, notFound } from './problem.ts';
import type { Rates } from '../rates/rates.ts';
import { View } from '../view.ts';
import { Query } from './query.ts';
import { allowedVerbs, type Call, type Operation, Reply, type Resource, type Verb } from './resource.ts';

/** What answers are made of. */
export interface Api {
  readonly context: ManagementContext;
  readonly rates: Rates;
}

export interface HttpRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly params: Readonly<Record<string, string>>;
  readonly bytes: Buffer;
  readonly peer: Peer;
  /** Set if the way that the request came by says who asks: the control socket. */
  readonly principal: Principal | undefined;
}

/** Throws what `problemOf` knows, or a defect. Returns a Reply, or what goes out as JSON. */
export async function dispatch({ context, rates }: Api, resource: Resource, request: HttpRequest): Promise<unknown> {
  // A path such as /queues// names nothing.
  if (Object.values(request.params).includes('')) throw noObject();
  const verb = request.method === 'HEAD' ? 'GET' : request.method;
  if (verb === 'OPTIONS') return new Reply(200, { allow: allowedVerbs(resource) }, '');
  const operation = resource[verb as Verb];
  if (operation === undefined) return new Reply(405, { allow: allowedVerbs(resource) });
  if (!takesJson(request.headers.accept)) throw new HttpProblem(406, undefined);
  if (operation.role === 'anyone')
    return operation.handle(new RequestedCall(context, rates, undefined, request, undefined));
  rates.asked();
  const principal = request.principal ?? (await authenticate(context, request.headers.authorization, request.peer));
  if (operation.role !== 'any-user') checkRole(principal, operation.role);
  const vhost = resource.path.includes(':vhost')
    ? enter(context, principal, request, operation, verb as Verb)
    : undefined;
  const answer: unknown = await operation.handle(new RequestedCall(context, rates, principal, request, vhost));
  if (verb !== 'GET') {
    const { name: user } = principal;
    context.log.info(
      { user, peer: request.peer.address, method: verb, path: request.url.split('?')[0] },
      'HTTP change',
    );
  }
  return answer;
}

/** The vhost that the path names. Throws HttpProblem if there is none, or it is not the principal's. */
function enter(
  { node }: ManagementContext,
  principal: Principal,
  { params }: HttpRequest,
  { role }: Operation,
  verb: Verb,
): Vhost {
  const vhost = node.vhost(params.vhost);
  if (vhost === undefined) throw verb === 'GET' || verb === 'DELETE' ? noObject() : notFound('vhost_not_found');
  // An administrator of users and vhosts need not have permissions of its own in them.
  if (role === 'administrator') return vhost;
  if (verb !== 'GET') checkEnters(principal, params.vhost);
  else checkSees(principal, params.vhost);
  return vhost;
}

/** As RabbitMQ: JSON is all there is, and who wants something else alone gets nothing. */
function takesJson(accept: string | undefined): boolean {
  if (accept === undefined || accept === '') return true;
  return accept.split(',').some((range) => /^\s*(\*\/\*|application\/(\*|json))\s*(;|$)/i.test(range));
}

class RequestedCall implements Call {
  readonly context: ManagementContext;
  readonly query: Query;
  readonly #rates: Rates;
  readonly #principal: Principal | undefined;
  readonly #request: HttpRequest;
  readonly #vhost: Vhost | undefined;
  #body: JsonObject | undefined;
  #view: View | undefined;

  constructor(
    context: ManagementContext,
    rates: Rates,
    principal: Principal | undefined,
    request: HttpRequest,
    vhost: Vhost | undefined,
  ) {
    this.context = context;
    this.#rates = rates;
    this.#principal = principal;
    this.#request = request;
    this.#vhost = vhost;
    this.query = new Query(request.url);
  }

  get principal(): Principal {
    return this.#principal!;
  }

  get params(): Readonly<Record<string, string>> {
    return this.#request.params;
  }

  get headers(): IncomingMessage['headers'] {
    return this.#request.headers;
  }

  get bytes(): Buffer {
    return this.#request.bytes;
  }

  get body(): JsonObject {
    return (this.#body ??= readObject(this.bytes));
  }

  get vhost(): Vhost {
    return this.#vhost!;
  }

  get view(): View {
    return (this.#view ??= new View(this.context, this.#rates, this.query));
  }

  get actor(): Call['actor'] {
    return this.principal.actorIn(this.vhost);
  }
}
