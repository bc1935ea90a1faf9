import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { OPTIONS } from '../../../src/config/options.ts';
import { optionTableMarkdown } from '../../support/cli/option-table.ts';

const kebab = (name: string) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

describe('the option table', () => {
  it('names an option the same way on the command line, in the environment and in the config file', () => {
    for (const { name, flag, env } of OPTIONS) {
      expect(flag).toBe(`--${kebab(name)}`);
      expect(env).toBe(`LEVERET_${kebab(name).toUpperCase().replaceAll('-', '_')}`);
    }
  });

  it('gives every option a default that the option itself accepts, as text and as a value', () => {
    for (const { type, default: value } of OPTIONS) {
      expect(type.fromValue(value)).toEqual(value);
      expect(type.fromText(type.toText(value))).toEqual(value);
    }
  });

  it('stands in docs/configuration.md, row by row and with no other row', () => {
    const page = readFileSync(new URL('../../../docs/configuration.md', import.meta.url), 'utf8');
    const table = /^\| Flag +\|.*(?:\n\|.*)*/m.exec(page)?.[0];
    // Prettier pads the cells.
    const plain = table?.replace(/ +\|/g, ' |').replace(/-{3,}/g, '---');
    expect(plain).toBe(optionTableMarkdown().replace(/ +\|/g, ' |'));
  });
});
