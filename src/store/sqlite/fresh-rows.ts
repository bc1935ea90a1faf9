/** The pages and bodies that were added since the last checkpoint and are still there: what the next one has to write anew. */

export class FreshRows {
  readonly #pages = new Map<number, number>();
  readonly #bodies = new Map<number, number>();
  #bytes = 0;

  get bytes(): number {
    return this.#bytes;
  }

  /** Adding one again, because its batch failed and is tried again, changes nothing. */
  addPage(id: number, bytes: number): void {
    this.dropPage(id);
    this.#pages.set(id, bytes);
    this.#bytes += bytes;
  }

  addBody(id: number, bytes: number): void {
    this.dropBody(id);
    this.#bodies.set(id, bytes);
    this.#bytes += bytes;
  }

  dropPage(id: number): void {
    this.#bytes -= this.#pages.get(id) ?? 0;
    this.#pages.delete(id);
  }

  dropBody(id: number): void {
    this.#bytes -= this.#bodies.get(id) ?? 0;
    this.#bodies.delete(id);
  }

  clear(): void {
    this.#pages.clear();
    this.#bodies.clear();
    this.#bytes = 0;
  }
}
