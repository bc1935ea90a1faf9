/** The query of a request: each name with its last value. */
export class Query {
  readonly #values: ReadonlyMap<string, string>;

  /** `url`: path and query as the request line has them. */
  constructor(url: string) {
    const mark = url.indexOf('?');
    this.#values = new Map(mark < 0 ? [] : new URLSearchParams(url.slice(mark + 1)));
  }

  get(name: string): string | undefined {
    return this.#values.get(name);
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  isTrue(name: string): boolean {
    return this.#values.get(name) === 'true';
  }
}
