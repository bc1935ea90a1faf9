/** Statements under way, and what the server answers to them: a query as pg has them, for which it keeps no more than is asked for. */
import type { Connection } from 'pg';

/** Columns as text. */
export type TextRow = readonly (string | null)[];

export interface Results {
  /** Of all statements, in their order. */
  readonly rows: readonly TextRow[];
  /** A tag a statement: `COMMIT`, `DELETE 3`. */
  readonly tags: readonly string[];
}

/** What pg has under way: it calls these as the server answers. */
export class Series {
  readonly #rows: TextRow[] = [];
  readonly #tags: string[] = [];
  readonly submit: (connection: Connection) => void;
  readonly #done: (results: Results) => void;
  readonly #failed: (error: Error) => void;
  readonly #copied: ((chunk: Buffer<ArrayBuffer>) => void) | undefined;
  #error: Error | undefined;

  constructor(
    submit: (connection: Connection) => void,
    done: (results: Results) => void,
    failed: (error: Error) => void,
    copied?: (chunk: Buffer<ArrayBuffer>) => void,
  ) {
    this.submit = submit;
    this.#done = done;
    this.#failed = failed;
    this.#copied = copied;
  }

  handleRowDescription(): void {}
  handlePortalSuspended(): void {}
  handleEmptyQuery(): void {}
  handleCopyInResponse(): void {}

  handleDataRow({ fields }: { readonly fields: TextRow }): void {
    this.#rows.push(fields);
  }

  handleCommandComplete({ text }: { readonly text: string }): void {
    this.#tags.push(text);
  }

  handleCopyData({ chunk }: { readonly chunk: Buffer<ArrayBuffer> }): void {
    try {
      this.#copied?.(chunk);
    } catch (error) {
      this.#error ??= error as Error;
    }
  }

  handleReadyForQuery(): void {
    if (this.#error === undefined) this.#done({ rows: this.#rows, tags: this.#tags });
    else this.#failed(this.#error);
  }

  handleError(error: Error): void {
    this.#failed(error);
  }
}
