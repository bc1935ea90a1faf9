/**
 * What the control socket is asked of the key that the store is sealed with (`leveret store rotate`). The key itself comes, and not where it is: a broker
 * runs no command that is named to it from outside, and reads no file.
 */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { EngineStore } from '../store/engine/engine-store.ts';
import { KEY_BYTES } from '../store/sealing/seal.ts';
import { StoreError } from '../store/store.ts';
import type { AuditEntry, AuditLog } from '../util/audit-log.ts';
import { OPERATOR, STORE_KEY } from '../util/control-socket.ts';
import { unawaited } from '../util/guard.ts';
import { send } from './process-requests.ts';

/** Of a body: a key and some braces. */
const LONGEST_BODY = 1024;

/** `others`: answers all else. */
export function storeKeyRequests(
  store: EngineStore,
  others: RequestListener,
  audit: AuditLog | undefined,
): RequestListener {
  return (request, response) => {
    if (request.url !== STORE_KEY) return others(request, response);
    if (request.method === 'GET') return send(response, 200, store.resealing ?? { done: 0, left: 0, damaged: 0 });
    unawaited((error) => response.destroy(error as Error), change(store, request, response, audit));
  };
}

async function change(
  store: EngineStore,
  request: IncomingMessage,
  response: ServerResponse,
  audit: AuditLog | undefined,
): Promise<void> {
  const key = await keyIn(request);
  if (key === undefined) return send(response, 400, { error: 'bad_request', reason: 'a key has 32 bytes, in base64' });
  try {
    await store.changeKey(key);
    audit?.record(ofCommand('success'));
    send(response, 204);
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    audit?.record({ ...ofCommand('failure'), reason: error.message });
    send(response, 409, { error: 'conflict', reason: error.message });
  }
}

function ofCommand(outcome: AuditEntry['outcome']): AuditEntry {
  return { event: 'change', outcome, protocol: 'http', ...OPERATOR, action: `PUT ${STORE_KEY}` };
}

/** Undefined for anything else. */
async function keyIn(request: IncomingMessage): Promise<Buffer | undefined> {
  let body = '';
  for await (const chunk of request) {
    body += String(chunk);
    if (body.length > LONGEST_BODY) return undefined;
  }
  const key = Buffer.from(body, 'base64');
  return key.length === KEY_BYTES ? key : undefined;
}
