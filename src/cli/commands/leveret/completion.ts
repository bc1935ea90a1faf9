/** Completion of command lines in a shell: the script that has it ask, and the answer for `leveret` itself. */
import { OPTIONS } from '../../../config/options.ts';
import { EXIT } from '../../exit-codes.ts';
import { type Completable, completablesOf, completions } from '../completion.ts';
import { leveret } from '../leveret.ts';
import type { Surroundings } from '../run.ts';

/** What is completed: RabbitMQ's tools answer the same question (`autocomplete`), but for rabbitmqadmin. */
const PROGRAMS = [
  'leveret',
  'rabbitmqctl',
  'rabbitmq-diagnostics',
  'rabbitmq-plugins',
  'rabbitmq-queues',
  'rabbitmq-streams',
  'rabbitmq-upgrade',
];

/** The commands of arguments.ts, which ask no broker. */
const OF_THE_FOLDER = [
  ...['ping', 'test', 'backup', 'completion bash', 'completion zsh', 'completion fish'],
  ...['check', 'stats', 'compact', 'copy', 'seal', 'unseal', 'rotate'].map((action) => `store ${action}`),
];

const SCRIPTS: Readonly<Record<string, string>> = {
  bash: `_leveret() {
  local IFS=$'\\n'
  COMPREPLY=($("$1" autocomplete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _leveret ${PROGRAMS.join(' ')}
`,
  zsh: `#compdef ${PROGRAMS.join(' ')}
_leveret() {
  local -a found
  found=(\${(f)"$("$words[1]" autocomplete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)"})
  if (( $#found )); then compadd -- $found; else _files; fi
}
compdef _leveret ${PROGRAMS.join(' ')}
`,
  fish: PROGRAMS.map(
    (program) =>
      `complete -c ${program} -n '__fish_is_first_token' -f
complete -c ${program} -a '(${program} autocomplete -- (commandline -opc)[2..-1] (commandline -ct) 2>/dev/null)'
`,
  ).join(''),
};

/** `leveret completion SHELL`; returns the exit code. */
export function printScript(shell: string | undefined, { out, err }: Surroundings): number {
  if (shell !== undefined && Object.hasOwn(SCRIPTS, shell)) {
    out(SCRIPTS[shell]);
    return EXIT.ok;
  }
  err('leveret: completion takes the name of a shell: bash, zsh or fish\n');
  return EXIT.usage;
}

/** `leveret autocomplete -- WORDS`; returns the exit code. */
export function printCompletions(words: readonly string[], { out }: Surroundings): number {
  const broker = OPTIONS.map(({ flag }) => ({ name: flag.slice('--'.length) }));
  const others = OF_THE_FOLDER.map((name) => ({ name, options: [] }));
  const all: readonly Completable[] = [
    { name: '', options: broker },
    { name: 'start', options: broker },
    ...completablesOf(leveret),
    ...others,
  ];
  out(
    completions(all, words)
      .map((word) => `${word}\n`)
      .join(''),
  );
  return EXIT.ok;
}
