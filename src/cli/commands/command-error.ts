import { EXIT } from '../exit-codes.ts';

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

/** The command line asks for what there is not. It is told of before anything is done, with what was given and the usage. */
export class ArgumentError extends CommandError {
  constructor(text: string, exitCode: number = EXIT.usage) {
    super(exitCode, `Error (argument validation): ${text}`, true);
  }
}
