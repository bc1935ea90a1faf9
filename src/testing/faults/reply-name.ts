/** AMQP's reply codes by their numbers, as tests give them. */
import { REPLY_CODES, type ReplyName } from '../../protocol/generated/reply-codes.ts';

/** Throws RangeError for one that AMQP does not have. */
export function replyName(code: number): ReplyName {
  const found = Object.entries(REPLY_CODES).find(([, reply]) => reply.code === code);
  if (found === undefined) throw new RangeError(`AMQP has no reply code ${code}`);
  return found[0] as ReplyName;
}
