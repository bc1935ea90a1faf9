/**
 * Thrown by a check whose answer is not known yet: who can wait for it does what it was about to do once more when `answered` is resolved. Checks
 * come before changes, so nothing is done twice. Who cannot wait has been refused.
 */
import { AmqpError } from '../../protocol/amqp-error.ts';

export class AccessPending extends AmqpError {
  /** It is never rejected. */
  readonly answered: Promise<void>;

  constructor(answered: Promise<void>) {
    super('ACCESS_REFUSED', 'what the user may do is not known yet');
    this.answered = answered;
  }
}

/** Does it, and again each time that it waited for an answer. */
export async function whenKnown<Result>(action: () => Result | Promise<Result>): Promise<Result> {
  for (;;) {
    try {
      return await action();
    } catch (error) {
      if (!(error instanceof AccessPending)) throw error;
      await error.answered;
    }
  }
}
