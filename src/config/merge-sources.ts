/** From what several sources set to one Config: checks every value, lets the stronger source win, fills in the defaults. */
import type { Config } from './config.ts';
import { ConfigError, type ConfigProblem, type ConfigSource } from './config-error.ts';
import { UNFIT } from './option-types.ts';
import type { Option, SettingName, Settings } from './option.ts';
import { OPTIONS } from './options.ts';
import { listenerProblems } from './listener-problems.ts';
import { type Profile, valuesOf } from './profile.ts';

/** What one source sets, not yet checked. */
export interface SourceValues {
  readonly source: ConfigSource;
  readonly values: readonly SourceValue[];
  /** What was wrong before there was a value: an unreadable file, an unknown key. */
  readonly problems: readonly ConfigProblem[];
  /** What is to be known of settings that are not wrong, and yet do not do what they say. */
  readonly notices?: readonly ConfigNotice[];
}

/** `info` if nobody will miss what a setting does not do, `warn` if somebody may. */
export type NoticeLevel = 'info' | 'warn';

/** A line for the log, once it is there. */
export interface ConfigNotice {
  readonly level: NoticeLevel;
  readonly text: string;
}

export interface SourceValue {
  readonly option: Option;
  /** What the user calls it: the flag, the variable's name, the key. */
  readonly label: string;
  /** Text is read as text; anything else as a value from JSON or from a program. */
  readonly value: unknown;
  readonly isText: boolean;
}

type Draft = { -readonly [Name in SettingName]?: Settings[Name] };

const DEFAULTS = Object.freeze(
  Object.fromEntries(OPTIONS.map((option) => [option.name, option.default])),
) as unknown as Settings;

/** The daemon's settings if nobody sets any. */
export const defaultConfig: Config = freeze(DEFAULTS);

/**
 * Merges the sources, the weakest first, over `defaults`. Sources that are wrong are all reported, not the first alone.
 * @throws ConfigError
 */
export function resolveSettings(sources: readonly SourceValues[], defaults: Config = defaultConfig): Config {
  const problems = sources.flatMap((source) => source.problems);
  let merged: Settings = { ...defaults, memory: false };
  const set: Draft = {};
  for (const source of sources) {
    const draft = readValues(source, problems);
    if (draft.memory === true && draft.dataDir !== undefined) {
      problems.push({
        source: source.source,
        text: `${labelOf(source, 'memory')} and ${labelOf(source, 'dataDir')} contradict each other: use one of them`,
      });
    }
    // A folder named by a stronger source means that it is to be used.
    if (draft.dataDir !== undefined) draft.memory ??= false;
    merged = { ...merged, ...draft };
    Object.assign(set, draft);
  }
  // What nobody set is as the version has it.
  if (set.profile !== undefined) merged = { ...merged, ...profileDefaults(set.profile), ...set };
  if (problems.length === 0) problems.push(...listenerProblems(merged, sources.at(-1)!.source));
  if (problems.length > 0) throw new ConfigError(problems);
  return freeze(merged);
}

/** Options whose default is another from version to version. */
function profileDefaults(profile: Profile): Pick<Settings, 'productVersion' | 'maxMessageSize' | 'authMechanisms'> {
  const { productVersion, maxMessageSize, authMechanisms } = valuesOf(profile);
  return { productVersion, maxMessageSize, authMechanisms };
}

function readValues({ source, values }: SourceValues, problems: ConfigProblem[]): Draft {
  const draft: Record<string, unknown> = {};
  for (const { option, label, value, isText } of values) {
    const read = isText ? option.type.fromText(value as string) : option.type.fromValue(value);
    if (read === UNFIT) problems.push({ source, text: wrongValue(option, label, value) });
    else draft[option.name] = read;
  }
  return draft;
}

function wrongValue(option: Option, label: string, value: unknown): string {
  const shown = option.secret ? 'this value' : JSON.stringify(value);
  const unit = option.unit === '' || option.unit === 'connections' ? '' : ` (${option.unit})`;
  return `${label} must be ${option.type.accepts}${unit}, not ${shown}`;
}

function labelOf({ values }: SourceValues, name: SettingName): string {
  return values.find((value) => value.option.name === name)?.label ?? name;
}

function freeze({ memory, ...config }: Settings): Config {
  return Object.freeze(memory ? { ...config, dataDir: undefined } : config);
}
