/** Leveret's own version, from its package.json: a bundle of the sources has it written in. */
import manifest from '../../package.json' with { type: 'json' };

export function leveretVersion(): string {
  return manifest.version;
}
