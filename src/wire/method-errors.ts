/**
 * What the generated method codec throws for bytes that are no method, in RabbitMQ's words where it has any.
 */
import { printOctets } from '../codec/erlang-term.ts';
import { AmqpError } from '../protocol/amqp-error.ts';

/** Class id and method id. */
const IDS_BYTES = 4;

/** Arguments that do not fit their method; `start` is where its class id stands. */
export function undecodableMethod(payload: Buffer, start: number, end: number): AmqpError {
  const fieldsStart = Math.min(start + IDS_BYTES, end);
  const error = new AmqpError('FRAME_ERROR', `cannot decode ${printOctets(payload.subarray(fieldsStart, end))}`);
  if (end - start < IDS_BYTES) return error;
  return withMethod(error, payload.readUInt32BE(start));
}

/** RabbitMQ resets the connection here; a reply that says why serves people better and harms no client. */
export function unknownMethod(key: number): AmqpError {
  return withMethod(new AmqpError('COMMAND_INVALID', `unknown method {${key >>> 16},${key & 0xffff}}`), key);
}

/** `key`: class id and method id in one number. */
export function withMethod(error: AmqpError, key: number): AmqpError {
  error.classId = key >>> 16;
  error.methodId = key & 0xffff;
  return error;
}
