/** Definitions, exported and imported, whole or of one vhost (RabbitMQ: HTTP API, `/api/definitions`). */
import { DefinitionsError } from '../../broker/definitions/definitions-error.ts';
import { definitionSections, vhostDefinitionSections } from '../../broker/definitions/export.ts';
import { importDefinitions } from '../../broker/definitions/import.ts';
import { decodeText, type ParsedText, readJsonText } from '../../broker/definitions/json-text.ts';
import type { BrokerNode } from '../../broker/topology/broker-node.ts';
import { doInSlices } from '../../broker/scheduling/sliced-steps.ts';
import { Receipt } from '../../broker/operations/receipt.ts';
import { isObject } from '../http/body.ts';
import { fileIn } from '../http/multipart.ts';
import { eachInSlices, jsonObject } from '../http/slices.ts';
import { badRequest } from '../http/problem.ts';
import { type Call, NO_CONTENT, Reply, type Resource } from '../http/resource.ts';

export const definitions: readonly Resource[] = [
  ...['/definitions', '/all-configuration'].map((path): Resource => ({
    path,
    GET: {
      role: 'administrator',
      handle: (call) => download(call, definitionSections(call.context.node, call.context.config)),
    },
    POST: { role: 'administrator', handle: (call) => load(call, undefined) },
  })),
  {
    path: '/definitions/:vhost',
    GET: {
      role: 'administrator',
      unknownVhost: () => badRequest('vhost_not_found'),
      handle: (call) => download(call, vhostDefinitionSections(call.context.node, call.vhost, call.context.config)),
    },
    POST: { role: 'administrator', handle: (call) => load(call, call.vhost.name) },
  },
];

function download({ query }: Call, document: object): Reply {
  const name = query.get('download');
  const headers = { 'content-type': 'application/json' };
  const file =
    name === undefined ? {} : { 'content-disposition': `attachment; filename=${name.replace(/[^\w.-]/g, '_')}` };
  return new Reply(200, { ...headers, ...file }, jsonObject(document));
}

/** With `report` in the query it answers what was passed over, or taken for something else; RabbitMQ's answer has nothing of that. */
async function load(
  { context: { node, config, log }, bytes, headers, query }: Call,
  vhost: string | undefined,
): Promise<unknown> {
  const { document, warnings: odd } = await parse(fileIn(headers['content-type'], bytes) ?? bytes, node);
  if (!isObject(document)) throw badRequest('not_json');
  const found = await told(() => importDefinitions(node, document, { vhost, defaultVhost: config.defaultVhost }));
  const warnings = [...odd, ...found];
  await eachInSlices(warnings, ({ path, text }) => log.warn({ path }, `definitions: ${path}: ${text}`));
  await new Receipt(node.store, undefined).untilStored();
  return query.isTrue('report') ? { warnings } : NO_CONTENT;
}

/** Rejects with HttpProblem 400 for what cannot be imported. */
async function told<Value>(load: () => Promise<Value>): Promise<Value> {
  try {
    return await load();
  } catch (error) {
    if (!(error instanceof DefinitionsError)) throw error;
    throw badRequest(error.problems.map(({ path, text }) => `${path}: ${text}`).join('\n'));
  }
}

async function parse(bytes: Buffer, { timeSlices }: BrokerNode): Promise<ParsedText> {
  try {
    return await doInSlices(readJsonText(decodeText(bytes)), timeSlices);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw badRequest('failed_to_parse_json');
  }
}
