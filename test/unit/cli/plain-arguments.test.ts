/** Options alone are read without the grammar, and as the grammar would. */
import { expect, it } from 'vitest';
import { parseArguments } from '../../../src/cli/arguments.ts';
import { plainOptions } from '../../../src/cli/plain-arguments.ts';
import { OPTIONS } from '../../../src/config/options.ts';

const each = OPTIONS.flatMap(({ flag, type: { placeholder } }) =>
  placeholder === undefined ? [[flag]] : [[flag, 'a=b'], [`${flag}=a=b`]],
);

it.each([[], ...each, ['--config', 'c.json', '--port', '1', '--port=2', '--memory']])('%j %j %j', (...words) => {
  const values = plainOptions(words);
  expect(values).toBeDefined();
  expect(parseArguments(words)).toEqual({ command: 'start', values });
});

it.each([
  ['-p', '1'],
  ['--help'],
  ['--prot', '1'],
  ['--port'],
  ['--port', '--memory'],
  ['--port='],
  ['--memory=true'],
  ['ping'],
  ['--port', '1', 'ping'],
])('leaves %j %j %j to the grammar', (...words) => {
  expect(plainOptions(words)).toBeUndefined();
});
