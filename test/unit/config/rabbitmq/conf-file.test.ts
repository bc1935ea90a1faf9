import { describe, expect, it } from 'vitest';
import { readConf } from '../../../../src/config/rabbitmq/conf-file.ts';

function read(text: string, env: NodeJS.ProcessEnv = {}) {
  const { entries, problems } = readConf('a.conf', text, env);
  return {
    settings: entries.map(({ path, value, place }) => [path, value, place]),
    problems: problems.map((problem) => problem.text),
  };
}

function valueOf(line: string): unknown {
  const { settings, problems } = read(line);
  expect(problems).toEqual([]);
  return settings[0][1];
}

describe('rabbitmq.conf', () => {
  it('is lines of keys and values with blanks around both, each known by its place', () => {
    expect(read('\uFEFFheartbeat = 30\r\n\n\t listeners.tcp.1=127.0.0.1:5672 \n')).toEqual({
      settings: [
        [['heartbeat'], '30', 'a.conf:1'],
        [['listeners', 'tcp', '1'], '127.0.0.1:5672', 'a.conf:3'],
      ],
      problems: [],
    });
  });

  it('has comments behind #, and behind % at the beginning of a line', () => {
    expect(read('# a\n  ## b\n%% c\n   \t\n')).toEqual({ settings: [], problems: [] });
    expect(valueOf('heartbeat = 30 ## half a minute')).toBe('30');
    expect(valueOf('a = x%y')).toBe('x%y');
  });

  // Each as conf_parse:file/1 of RabbitMQ 3.10's cuttlefish has it; single quotes as newer ones do.
  it.each([
    ['a = plain value', 'plain value'],
    ['a = "quoted"', '"quoted"'],
    ['default_pass = p#ss', 'p'],
    ["default_pass = 'p#ss word'", 'p#ss word'],
    ["default_pass = 'p#ss' # why", 'p#ss'],
    ["a = 'it''s'", "'it''s'"],
    ['a = é', 'é'],
    ['a = b = c', 'b = c'],
  ])('reads %s as RabbitMQ does', (line, value) => {
    expect(valueOf(line)).toBe(value);
  });

  it('lets a dot belong to a name', () => {
    expect(read(String.raw`loopback_users.a\.b = true`).settings[0][0]).toEqual(['loopback_users', 'a.b']);
  });

  it('puts variables in their place', () => {
    expect(read('default_user = $(SEED)-$(SEED)', { SEED: 'x' }).settings[0][1]).toBe('x-x');
    expect(read('\ndefault_user = $(SEED)').problems).toEqual(['a.conf:2: the variable SEED is not set']);
  });

  it('names every line that is no setting', () => {
    expect(read('a b = c\njust\na =\na = # b\na[1] = 2').problems).toEqual([
      'a.conf:1: is neither "key = value" nor a comment',
      'a.conf:2: is neither "key = value" nor a comment',
      'a.conf:3: a has no value',
      'a.conf:4: a has no value',
      'a.conf:5: is neither "key = value" nor a comment',
    ]);
  });
});
