/** The pages and bodies that were added since the last checkpoint and are still there: what the next one has to write anew. */

export class FreshRows {
  readonly #pages = new Map<number, number>();
  /** Where the parts begin and end that are fresh: they come in order. */
  readonly #bodies = new Map<number, { readonly start: number; readonly end: number }>();
  #bytes = 0;

  get bytes(): number {
    return this.#bytes;
  }

  /** Adding one again, because its batch failed and is tried again, changes nothing. */
  addPage(id: number, bytes: number): void {
    // In its place: a Map keeps room for what is deleted until it moves into a new table.
    this.#bytes += bytes - (this.#pages.get(id) ?? 0);
    this.#pages.set(id, bytes);
  }

  /** `start`: where in the body the bytes begin. */
  addBody(id: number, start: number, bytes: number): void {
    const known = this.#bodies.get(id) ?? { start, end: start };
    const end = Math.max(known.end, start + bytes);
    this.#bodies.set(id, { start: known.start, end });
    this.#bytes += end - known.end;
  }

  dropPage(id: number): void {
    this.#bytes -= this.#pages.get(id) ?? 0;
    this.#pages.delete(id);
  }

  dropBody(id: number): void {
    const known = this.#bodies.get(id);
    if (known !== undefined) this.#bytes -= known.end - known.start;
    this.#bodies.delete(id);
  }

  clear(): void {
    this.#pages.clear();
    this.#bodies.clear();
    this.#bytes = 0;
  }
}
