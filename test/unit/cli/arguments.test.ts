import { describe, expect, it } from 'vitest';
import { parseArguments } from '../../../src/cli/arguments.ts';
import { OPTIONS } from '../../../src/config/options.ts';
import { leveretVersion } from '../../../src/util/version.ts';

describe('the command line', () => {
  it('takes every option of the table under its flag', () => {
    for (const { name, flag, type } of OPTIONS) {
      const expected = type.placeholder === undefined ? true : 'given';
      const argv = type.placeholder === undefined ? [flag] : [flag, 'given'];
      expect(parseArguments(argv)).toEqual({ command: 'start', values: { [name]: expected } });
    }
  });

  it('names every option and its default in the help', () => {
    const help = parseArguments(['--help']);
    expect(help.command).toBe('print');
    const text = (help as { text: string }).text.replace(/\s+/g, ' ');
    for (const { flag, description, type, default: value } of OPTIONS) {
      expect(text).toContain(flag);
      expect(text).toContain(description);
      if (type.placeholder !== undefined) expect(text).toContain(`(default: ${type.toText(value)}`);
    }
  });

  it('prints the version of the package', () => {
    expect(parseArguments(['--version'])).toEqual({ command: 'print', text: `${leveretVersion()}\n` });
    expect(leveretVersion()).toMatch(/^\d+\.\d+\.\d+/);
  });

  it('takes the short forms that people type', () => {
    expect(parseArguments(['-p', '1234'])).toEqual({ command: 'start', values: { port: '1234' } });
    expect(parseArguments(['ping', '-p', '1234'])).toMatchObject({ values: { port: '1234' } });
    expect(parseArguments(['-h'])).toEqual(parseArguments(['--help']));
  });

  it('takes the address and a time-out for a ping', () => {
    expect(parseArguments(['ping', '--port', '1', '--host', 'h', '--timeout', '0.5'])).toMatchObject({
      command: 'ping',
      values: { port: '1', host: 'h' },
      timeout: 0.5,
    });
  });

  it.each([
    [['--prot', '1'], `unknown option '--prot' (Did you mean --port?)`],
    [['--port'], `option '-p, --port <number>' argument missing`],
    [['pong'], 'unexpected argument "pong"'],
    [['ping', '--memory'], `unknown option '--memory'`],
    [['--port', '1', 'ping'], 'options of ping come after it'],
    [['ping', '--timeout', 'soon'], '--timeout must be a number of seconds from 0 to 3600, not "soon"'],
    [['backup', ''], 'backup takes the name of a file to write'],
    [['ping', '--timeout', ''], '--timeout must be a number of seconds from 0 to 3600, not ""'],
  ])('refuses %j in one line', (argv, message) => {
    expect(() => parseArguments(argv)).toThrow(expect.objectContaining({ name: 'UsageError', message }));
  });
});
