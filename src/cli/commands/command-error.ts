/** What a command ends with if it does not end well: the text for a person and the code for a script. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly exitCode: number;
  /** True if the text stands for itself, without `Error:` before it. */
  readonly bare: boolean;

  constructor(exitCode: number, text: string, bare = false) {
    super(text);
    this.exitCode = exitCode;
    this.bare = bare;
  }
}
