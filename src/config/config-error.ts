/** What is wrong with the settings: every wrong input at once, a line each. */

/** Where a setting came from; `options` are those a program passes to the library, `definitions` what is imported at the start. */
export type ConfigSource = 'command line' | 'environment' | 'config file' | 'options' | 'definitions';

export interface ConfigProblem {
  readonly source: ConfigSource;
  /** One line that names the input, what is wrong with it and what is accepted. Never holds a password. */
  readonly text: string;
}

export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  /** At least one. */
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    super(problems.map((problem) => problem.text).join('\n'));
    this.problems = problems;
  }
}
