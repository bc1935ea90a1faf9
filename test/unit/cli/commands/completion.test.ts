/** What shells complete, asked as they ask. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { printCompletions } from '../../../../src/cli/commands/leveret/completion.ts';
import { runCommand } from '../../../support/cli/command.ts';
import { run } from '../../../support/processes/run.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

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
  expect(completed('store', 'rotate', '--')).toEqual(['--config', '--data-dir', '--new-key', '--store', '--store-key']);
  expect(completed('backup', '--f')).toEqual(['--force']);
});

it('is told what there is by the same table as the help', async () => {
  const { stdout } = await runCommand(['--help']);
  const [, listed] = /^ {2}store (.*)$/m.exec(stdout)!;
  expect(listed.split(' | ').sort()).toEqual(completed('store', ''));
});

/** What each shell does by the script that is printed for it, as somebody presses the tabulator key behind `leveret permissions s`, and behind the name of a file. */
const SHELLS = {
  bash: `leveret() { "$NODE" "$LEVERET" "$@"; }
    source <(leveret completion bash)
    COMP_WORDS=(leveret permissions s) COMP_CWORD=2
    _leveret leveret
    printf '%s\n' "\${COMPREPLY[@]}"
    COMP_WORDS=(leveret backup fil) COMP_CWORD=2
    _leveret leveret
    [[ \${#COMPREPLY[@]} = 0 && "$(complete -p leveret)" = *'-o default'* ]] && compgen -f fil`,
  // A terminal of its own: completion is for people.
  zsh: `zmodload zsh/zpty
    TERM=dumb zpty user 'PS1= zsh -f -i'
    zpty -w user 'leveret() { "$NODE" "$LEVERET" "$@" }'
    zpty -w user 'autoload -U compinit && compinit -u -D && source <(leveret completion zsh) && print re"ady"'
    zpty -r -m user said '*ready*'
    zpty -w -n user $'leveret permissions s\t'
    zpty -r -m user said '*permissions set*' && print set
    zpty -w -n user $'\C-Uleveret backup fil\t'
    zpty -r -m user said '*backup file.txt*' && print file.txt`,
  fish: `function leveret; $NODE $LEVERET $argv; end
    leveret completion fish | source
    complete -C 'leveret permissions s'
    complete -C 'leveret backup fil'`,
};

describe.each(Object.entries(SHELLS))('%s', (shell, script) => {
  const isThere = ['/bin', '/usr/bin'].some((folder) => existsSync(join(folder, shell)));

  it.skipIf(!isThere)(
    'completes commands, and files where they are asked for, by the script that is printed for it',
    async () => {
      const cwd = temporaryFolder();
      for (const name of ['file.txt', 'set.txt']) writeFileSync(join(cwd, name), '');
      const env = { NODE: process.execPath, LEVERET: inject('daemon'), HOME: cwd };
      const { code, stdout, stderr } = await run(shell, ['-c', script], { cwd, env });
      expect([code, stdout.toString(), stderr]).toEqual([0, 'set\nfile.txt\n', '']);
    },
  );
});

it('knows bash, zsh and fish, and says so of others', async () => {
  expect(await runCommand(['completion', 'tcsh'])).toEqual({
    code: 64,
    stdout: '',
    stderr: 'leveret: completion takes the name of a shell: bash, zsh or fish\n',
  });
});
