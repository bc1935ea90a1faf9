/** How large the bodies of published messages are (RabbitMQ 4: the histogram `message_size_bytes`). */

/** Upper bounds of the buckets, in bytes; what is larger than all is in one more. */
export const SIZE_BOUNDS = [100, 1000, 10_000, 100_000, 1_000_000, 10_000_000, 50_000_000, 100_000_000] as const;

export class MessageSizes {
  /** Messages by bucket, each message in one. */
  readonly counts = new Array<number>(SIZE_BOUNDS.length + 1).fill(0);
  /** Bytes of them all. */
  sum = 0;

  add(bytes: number): void {
    this.sum += bytes;
    let bucket = 0;
    while (bytes > SIZE_BOUNDS[bucket]) bucket++;
    this.counts[bucket]++;
  }
}
