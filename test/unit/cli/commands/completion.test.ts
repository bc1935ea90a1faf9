/** What shells complete, asked as they ask. */
import { expect, inject, it } from 'vitest';
import { printCompletions } from '../../../../src/cli/commands/leveret/completion.ts';
import { runCommand } from '../../../support/cli/command.ts';
import { run } from '../../../support/processes/run.ts';

function completed(...words: readonly string[]): readonly string[] {
  let text = '';
  printCompletions(words, { env: {}, out: (more) => void (text += more), err: () => {} });
  return text.split('\n').slice(0, -1);
}

it('completes commands of one word and of two, wherever options stand', () => {
  expect(completed('sta')).toEqual(['start', 'status']);
  expect(completed('users', '')).toEqual(['add', 'delete']);
  expect(completed('--json', 'users', 'a')).toEqual(['add']);
  expect(completed('store', 'co')).toEqual(['compact', 'copy']);
  expect(completed('nothing', 'like', 'it')).toEqual([]);
});

it('completes the options that a command takes, and those of the broker without one', () => {
  expect(completed('get', 'q', '--ta')).toEqual(['--take']);
  expect(completed('users', 'add', 'hare', '--')).toEqual(expect.arrayContaining(['--json', '--tags']));
  expect(completed('--management-p')).toEqual(['--management-port']);
  expect(completed('start', '--prometheus-p')).toEqual(['--prometheus-port']);
  expect(completed('queues', '--management-p')).toEqual([]);
});

it('prints a script by which bash completes', async () => {
  const script = `
    leveret() { "${process.execPath}" "${inject('daemon')}" "$@"; }
    source <(leveret completion bash)
    COMP_WORDS=(leveret permissions s) COMP_CWORD=2
    _leveret leveret
    printf '%s\n' "\${COMPREPLY[@]}"`;
  const { code, stdout, stderr } = await run('bash', ['-c', script]);
  expect([code, stdout.toString(), stderr]).toEqual([0, 'set\n', '']);
});

it('knows bash, zsh and fish, and says so of others', async () => {
  expect(await runCommand(['completion', 'tcsh'])).toEqual({
    code: 64,
    stdout: '',
    stderr: 'leveret: completion takes the name of a shell: bash, zsh or fish\n',
  });
});
