import type { ConfirmTracker } from '../../src/broker/message/message-target.ts';

/** Keeps the numbers of the messages that a publisher waits for. A refusal is the test's failure. */
export class ConfirmRecorder implements ConfirmTracker {
  readonly waiting: number[] = [];

  wait(publishSeqNo: number): void {
    this.waiting.push(publishSeqNo);
  }

  confirmed(publishSeqNo: number): void {
    this.waiting.splice(this.waiting.indexOf(publishSeqNo), 1);
  }

  rejected(publishSeqNo: number): void {
    throw new Error(`message ${publishSeqNo} is refused`);
  }
}
