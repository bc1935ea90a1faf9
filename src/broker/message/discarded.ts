/** Messages that cannot be handled: nothing else waits for them, and nobody but the log hears of it. */

/** What a message was discarded by. */
export type Discarder = 'queue' | 'exchange' | 'destination';

/**
 * Told of each. `reason`: what was thrown. A queue sends the message to its dead letter exchange, unless that is what cannot be done.
 */
export type DiscardListener = (by: Discarder, name: string, vhost: string, reason: unknown) => void;

/** Its headers have more octets than a frame that its receiver takes. */
export class HeadersTooLargeError extends Error {
  constructor(octets: number, most: number) {
    super(`the properties of a message have ${octets} octets, and the frames of its receiver have room for ${most}`);
  }
}
