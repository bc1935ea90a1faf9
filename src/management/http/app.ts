/** The API as a function from request to response, whatever listener the request came by. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Fault, unawaited } from '../../util/guard.ts';
import { HttpClient, trustIn } from '../../util/http-client.ts';
import { systemChance } from '../../util/system.ts';
import type { ManagementContext } from '../context.ts';
import { EventFeed } from '../events/feed.ts';
import { History } from '../rates/history.ts';
import { Rates } from '../rates/rates.ts';
import { subjectsOf } from '../rates/subjects.ts';
import { asProblem, asReply, isOfGoneClient, send } from './answer.ts';
import { corsHeaders } from './cors.ts';
import { admit, type Api, dispatch, type RequestHead } from './dispatch.ts';
import { withDots } from './dots.ts';
import type { Entrance } from './entrance.ts';
import { OpenIdSignIn } from './openid.ts';
import { Paths, type Place } from './paths.ts';
import { noObject, noRoom, problemOf } from './problem.ts';
import { bytesAhead, readBody } from './request-body.ts';
import { allVerbs, Reply, type Resource } from './resource.ts';
import { Room } from './room.ts';
import { PAGE_HEADER, Sessions } from './sessions.ts';
import { eachInSlices } from './slices.ts';

/** RabbitMQ's bound for bodies of requests (management.http.max_body_size). */
const LARGEST_BODY = 20_000_000;
/** What who is not signed in yet may send: a name and a password. */
const LARGEST_OPEN_BODY = 16_384;
const NO_BYTES = Buffer.alloc(0);

/** What answers requests, whichever way they come by. */
export interface ApiApp {
  answer(request: IncomingMessage, response: ServerResponse, entrance: Entrance): void;
  /** What the page would be answered, by the cookie of the request, to GET of one of the resources. Rejects with HttpProblem, or a defect. */
  answerPage(request: IncomingMessage, entrance: Entrance, path: string): Promise<unknown>;
  /** From then on it does nothing of its own accord. */
  stop(): void;
}

export function createApp(context: ManagementContext, resources: readonly Resource[]): ApiApp {
  const history = new History();
  const fault: Fault = (error) => context.node.fault(error);
  const rates = new Rates(context.clock, () => subjectsOf(context, history), eachInSlices, fault);
  const feed = new EventFeed(context, rates);
  const sessions = new Sessions(context.clock, systemChance);
  const api: Api = { context, rates, feed, sessions, openId: openIdSignIn(context), history };
  const room = new Room();
  const paths = new Paths(resources);
  /** Throws HttpProblem 503. */
  const hold = (response: ServerResponse, bytes: number): void => {
    if (!room.hold(response, bytes, fault)) throw noRoom();
  };

  /** Rejects with what `problemOf` knows, or a defect. */
  async function answer(request: IncomingMessage, response: ServerResponse, entrance: Entrance): Promise<Reply> {
    const { method = '', url = '', headers } = request;
    const place = paths.find(url);
    if (place === undefined) throw noObject();
    const principal = entrance.principalOf(request);
    const head = { method, url, headers, params: place.params, peer: entrance.peerOf(request), principal };
    const found = await admit(api, place.resource, head);
    if (found instanceof Reply) return found;
    const limit = largestBody(place);
    hold(response, bytesAhead(request, limit));
    const body = found.verb === 'GET' ? NO_BYTES : await readBody(request, limit);
    const reply = asReply(await dispatch(api, found, body, (bytes) => room.hold(response, bytes, fault)));
    // Of other methods it is too late to refuse it.
    if (method === 'GET' && Buffer.isBuffer(reply.content)) hold(response, reply.content.length);
    return reply;
  }

  /** Of a defect. */
  function tell({ method, url: path }: IncomingMessage, error: unknown): void {
    if (!isOfGoneClient(error)) context.log.error({ err: error, method, path }, 'internal error');
  }

  async function respond(request: IncomingMessage, response: ServerResponse, entrance: Entrance): Promise<void> {
    response.setHeaders(new Map(Object.entries(corsHeaders(context.config.managementCorsOrigins, request.headers))));
    const reply = await answer(request, response, entrance).catch((error: unknown) => {
      const problem = problemOf(error);
      if (problem !== undefined) return asProblem(problem);
      tell(request, error);
      return new Reply(500);
    });
    await send(request, response, reply);
  }

  return {
    answer: (request, response, entrance) => {
      request.url = withDots(request.url!);
      const failed = (error: unknown): void => {
        tell(request, error);
        response.destroy();
      };
      unawaited(failed, respond(request, response, entrance));
    },
    answerPage: async (request, entrance, path) => {
      const { host, cookie } = request.headers;
      const url = `/api${path}`;
      const head: RequestHead = {
        method: 'GET',
        url,
        headers: { host, cookie, [PAGE_HEADER]: '1' },
        params: {},
        peer: entrance.peerOf(request),
        principal: undefined,
      };
      const found = await admit(api, paths.find(url)!.resource, head);
      return found instanceof Reply ? found : dispatch(api, found, NO_BYTES, () => true);
    },
    stop: () => {
      feed.stop();
      rates.stop();
    },
  };
}

function largestBody({ resource }: Place): number {
  return allVerbs(resource).some((verb) => resource[verb]!.role === 'anyone') ? LARGEST_OPEN_BODY : LARGEST_BODY;
}

/** How long an identity provider may take to answer, in milliseconds. */
const PROVIDER_TIMEOUT_MS = 10_000;

function openIdSignIn({ config, clock }: ManagementContext): OpenIdSignIn | undefined {
  const { managementOauthClientId: clientId, managementOauthClientSecret: clientSecret } = config;
  const { managementOauthProviderUrl: providerUrl = config.oauthIssuer, managementOauthScopes: scopes } = config;
  if (clientId === undefined || providerUrl === undefined) return undefined;
  const client = new HttpClient(clock, PROVIDER_TIMEOUT_MS, trustIn(config.oauthCa, config.oauthVerify));
  return new OpenIdSignIn({ clientId, clientSecret, providerUrl, scopes }, client, clock, systemChance);
}
