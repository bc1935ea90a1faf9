/** Collects what settings of RabbitMQ's configuration come to. */
import type { ConfigProblem } from '../config-error.ts';
import type { SettingName } from '../option.ts';
import { optionNamed } from '../options.ts';
import type { ConfigNotice, NoticeLevel, SourceValue, SourceValues } from '../merge-sources.ts';
import { type ConfEntry, labelOf } from './entry.ts';

export class Meaning {
  readonly #values: SourceValue[] = [];
  readonly #problems: ConfigProblem[] = [];
  readonly #notices: ConfigNotice[] = [];

  /** With `isText`, the value is read as on the command line. */
  set(name: SettingName, { place, path }: ConfEntry, value: unknown, isText = false): void {
    this.#values.push({ option: optionNamed(name), label: `${place}: ${path.join('.')}`, value, isText });
  }

  /** The start fails with this line. */
  refuse(entry: ConfEntry, reason: string): void {
    this.#problems.push({ source: 'config file', text: `${labelOf(entry)}: ${reason}` });
  }

  notice(level: NoticeLevel, text: string): void {
    this.#notices.push({ level, text });
  }

  get result(): SourceValues {
    return { source: 'config file', values: this.#values, problems: this.#problems, notices: this.#notices };
  }
}
