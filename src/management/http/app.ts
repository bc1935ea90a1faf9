/**
 * The API as a function from request to response, by fastify, whatever listener the request came by. What RabbitMQ's answers look
 * like beside their content is here: headers, errors, compression.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { HttpClient, trustIn } from '../../util/http-client.ts';
import { systemChance } from '../../util/system.ts';
import type { ManagementContext } from '../context.ts';
import { EventFeed } from '../events/feed.ts';
import { History } from '../rates/history.ts';
import type { Fault } from '../../util/guard.ts';
import { Rates } from '../rates/rates.ts';
import { subjectsOf } from '../rates/subjects.ts';
import { eachInSlices, inSlices } from './slices.ts';
import { corsHeaders } from './cors.ts';
import { type Admitted, admit, type Api, dispatch, type RequestHead } from './dispatch.ts';
import { withDots } from './dots.ts';
import type { Entrance } from './entrance.ts';
import { OpenIdSignIn } from './openid.ts';
import { noObject, noRoom, problemOf } from './problem.ts';
import { allVerbs, Reply, type Resource } from './resource.ts';
import { Room } from './room.ts';
import { SECURITY_HEADERS } from './security-headers.ts';
import { PAGE_HEADER, Sessions } from './sessions.ts';

/** RabbitMQ's bound for bodies of requests (management.http.max_body_size). */
const LARGEST_BODY = 20_000_000;
/** Names have up to 255 octets, which percent-encoding makes three times as many. */
const LONGEST_NAME = 1000;
/** What is smaller is sent as it is. */
const COMPRESSED_FROM = 1024;

/** What who is not signed in yet may send: a name and a password. */
const LARGEST_OPEN_BODY = 16_384;

const HEADERS = { 'cache-control': 'no-cache', vary: 'accept, accept-encoding, origin', ...SECURITY_HEADERS };

/** What answers requests, whichever way they come by. */
export interface ApiApp {
  answer(request: IncomingMessage, response: ServerResponse, entrance: Entrance): void;
  /** What the page would be answered, by the cookie of the request, to GET of one of the resources. Rejects with HttpProblem, or a defect. */
  answerPage(request: IncomingMessage, entrance: Entrance, path: string): Promise<unknown>;
  /** From then on it does nothing of its own accord. */
  stop(): void;
}

export async function createApp(context: ManagementContext, resources: readonly Resource[]): Promise<ApiApp> {
  const app: FastifyInstance = fastify({
    bodyLimit: LARGEST_BODY,
    exposeHeadRoutes: false,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: LONGEST_NAME },
    frameworkErrors: (_error, _request, reply) => {
      // What cannot be read as a path or a query.
      (reply as FastifyReply).code(400).headers(HEADERS).send();
    },
  });
  const history = new History();
  const fault: Fault = (error) => context.node.fault(error);
  const rates = new Rates(context.clock, () => subjectsOf(context, history), eachInSlices, fault);
  const feed = new EventFeed(context, rates);
  const sessions = new Sessions(context.clock, systemChance);
  const openId = openIdSignIn(context);
  const api: Api = { context, rates, feed, sessions, openId, history };
  const entrances = new WeakMap<IncomingMessage, Entrance>();
  const admitted = new WeakMap<FastifyRequest, Admitted>();
  const room = new Room();
  /** Throws HttpProblem 503. */
  const hold = ({ raw }: FastifyReply, bytes: number): void => {
    if (!room.hold(raw, bytes, fault)) throw noRoom();
  };
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  app.setNotFoundHandler((_request, reply) => sendProblem(reply, noObject()));
  app.setErrorHandler((error, request, reply) => answerError(context, error, request, reply));
  app.addHook('onRequest', (request, reply, done) => {
    reply.headers(corsHeaders(context.config.managementCorsOrigins, request.headers));
    done();
  });
  for (const resource of resources) {
    const isOpen = allVerbs(resource).some((verb) => resource[verb]!.role === 'anyone');
    const bodyLimit = isOpen ? LARGEST_OPEN_BODY : LARGEST_BODY;
    const onRequest = async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
      const entrance = entrances.get(request.raw)!;
      const answer = await admit(api, resource, {
        method: request.method,
        url: request.raw.url ?? '',
        headers: request.headers,
        params: request.params as Record<string, string>,
        peer: entrance.peerOf(request.raw),
        principal: entrance.principalOf(request.raw),
      });
      if (answer instanceof Reply) return sendReply(request, reply, answer);
      hold(reply, bytesOf(request.headers, bodyLimit) + (answer.operation.holds ?? 0));
      admitted.set(request, answer);
      return undefined;
    };
    app.all(`/api${resource.path}`, { onRequest, bodyLimit }, async (request, reply) => {
      const bytes = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
      const answer = asReply(await dispatch(api, admitted.get(request)!, bytes));
      // Of other methods it is too late to refuse it.
      if (request.method === 'GET' && Buffer.isBuffer(answer.content)) hold(reply, answer.content.length);
      return sendReply(request, reply, answer);
    });
  }
  await app.ready();
  return {
    answer: (request, response, entrance) => {
      entrances.set(request, entrance);
      request.url = withDots(request.url!);
      app.routing(request, response);
    },
    answerPage: async (request, entrance, path) => {
      const { host, cookie } = request.headers;
      const head: RequestHead = {
        method: 'GET',
        url: `/api${path}`,
        headers: { host, cookie, [PAGE_HEADER]: '1' },
        params: {},
        peer: entrance.peerOf(request),
        principal: undefined,
      };
      const found = await admit(
        api,
        resources.find((resource) => resource.path === path)!,
        head,
      );
      return found instanceof Reply ? found : dispatch(api, found, Buffer.alloc(0));
    },
    stop: () => {
      feed.stop();
      rates.stop();
    },
  };
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

/** Of the body that comes, at most. */
function bytesOf(headers: IncomingMessage['headers'], bodyLimit: number): number {
  if (headers['transfer-encoding'] !== undefined) return bodyLimit;
  return Math.min(Number(headers['content-length'] ?? 0), bodyLimit);
}

/** As bytes: to a text fastify would add its character set, which RabbitMQ does not name. */
function asReply(answer: unknown): Reply {
  if (answer instanceof Reply) return answer;
  return new Reply(200, { 'content-type': 'application/json' }, Buffer.from(JSON.stringify(answer)));
}

function sendReply(request: FastifyRequest, reply: FastifyReply, { status, headers, content }: Reply): FastifyReply {
  reply.code(status).headers(HEADERS).headers(headers);
  if (content instanceof Readable && request.method === 'HEAD') {
    // It has no end that could be waited for.
    content.destroy();
    return reply.send();
  }
  if (content === undefined || content instanceof Readable) return reply.send(content);
  const large = typeof content === 'object' && !Buffer.isBuffer(content);
  const source = large ? Readable.from(inSlices(content)) : content;
  // What a message has in it may be compressed already, and 100 MiB of it keep a processor busy for seconds.
  const worthIt = large || (content.length >= COMPRESSED_FROM && headers['content-type'] === 'application/json');
  if (!worthIt || !/\bgzip\b/.test(request.headers['accept-encoding'] ?? '')) return reply.send(source);
  reply.header('content-encoding', 'gzip');
  return reply.send(large ? (source as Readable).pipe(createGzip()) : Readable.from([source]).pipe(createGzip()));
}

function sendProblem(reply: FastifyReply, { status, body, headers }: ReturnType<typeof noObject>): FastifyReply {
  reply.code(status).headers(HEADERS).headers(headers);
  if (body === undefined) return reply.send();
  return reply.header('content-type', 'application/json').send(Buffer.from(JSON.stringify(body)));
}

/** Fastify's own errors have a status; what has none is a defect, of which the client hears nothing but that. */
function answerError(
  context: ManagementContext,
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const problem = problemOf(error);
  if (problem !== undefined) return sendProblem(reply, problem);
  const { statusCode: status } = error as { statusCode?: number };
  if (status !== undefined && status < 500) return reply.code(status).headers(HEADERS).send();
  context.log.error({ err: error, method: request.method, path: request.url }, 'internal error');
  return reply.code(500).headers(HEADERS).send();
}
