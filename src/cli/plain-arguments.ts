/**
 * A command line of nothing but options of the broker, which is most starts. It needs no grammar: commander, which takes longer to load than all of them to be read,
 * is for every other one, and for what is wrong.
 */
import type { CommandLineValues } from '../config/load.ts';
import { OPTIONS } from '../config/options.ts';

/** By their flags. */
const KNOWN = new Map<string, { readonly name: string; readonly takesValue: boolean }>([
  ['--config', { name: 'config', takesValue: true }],
  ...OPTIONS.map(({ flag, name, type }) => [flag, { name, takesValue: type.placeholder !== undefined }] as const),
]);

/** What `parseArguments` would find; undefined if it is for that to say. */
export function plainOptions(words: readonly string[]): CommandLineValues | undefined {
  const values: Record<string, string | true> = {};
  for (let i = 0; i < words.length; i++) {
    const [flag, ...behind] = words[i].split('=');
    const option = KNOWN.get(flag);
    if (option === undefined) return undefined;
    const { name, takesValue } = option;
    const value = behind.length > 0 ? behind.join('=') : takesValue ? words[++i] : undefined;
    const isPlain = takesValue ? value !== undefined && /^[^-]/.test(value) : value === undefined;
    if (!isPlain) return undefined;
    values[name] = value ?? true;
  }
  return values;
}
