/** How often a value lay in which range: what Prometheus calls a histogram. */
export class Histogram {
  /** Upper bounds of the ranges, rising; what is larger than all is in one more. */
  readonly bounds: readonly number[];
  /** How many values are in each range, every value in one. */
  readonly counts: number[];
  /** Of all values. */
  sum = 0;

  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.counts = new Array<number>(bounds.length + 1).fill(0);
  }

  add(value: number): void {
    this.sum += value;
    let range = 0;
    while (value > this.bounds[range]) range++;
    this.counts[range]++;
  }
}
