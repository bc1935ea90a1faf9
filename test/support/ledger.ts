import type { ConfirmLedger } from '../../src/broker/message/sink.ts';

/** Keeps the numbers of the messages that a publisher waits for. A refusal is the test's failure. */
export class Ledger implements ConfirmLedger {
  readonly waiting: number[] = [];

  wait(number: number): void {
    this.waiting.push(number);
  }

  confirmed(number: number): void {
    this.waiting.splice(this.waiting.indexOf(number), 1);
  }

  rejected(number: number): void {
    throw new Error(`message ${number} is refused`);
  }
}
