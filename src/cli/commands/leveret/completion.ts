/** Completion of command lines in a shell: the script that has it ask, and the answer for `leveret` itself. */
import type { Option } from '../../../config/option.ts';
import { OPTIONS } from '../../../config/options.ts';
import { EXIT } from '../../exit-codes.ts';
import { OWN_COMMANDS, type OwnCommand, SHELLS } from '../../own-commands.ts';
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

const SCRIPTS: Readonly<Record<(typeof SHELLS)[number], string>> = {
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
  // Files are offered where the program knows nothing, as the others do by themselves.
  fish: `function __leveret_completions
  set -l found ($argv[1] autocomplete -- (commandline -opc)[2..-1] (commandline -ct) 2>/dev/null)
  if set -q found[1]
    printf '%s\\n' $found
  else
    __fish_complete_path (commandline -ct)
  end
end
${PROGRAMS.map((program) => `complete -c ${program} -f -a '(__leveret_completions ${program})'\n`).join('')}`,
};

/** Whatever takes options of the broker takes it too. */
const CONFIG = { name: 'config' };

/** `leveret completion SHELL`; returns the exit code. */
export function printScript(shell: string | undefined, { out, err }: Surroundings): number {
  const known = SHELLS.find((name) => name === shell);
  if (known === undefined) {
    err('leveret: completion takes the name of a shell: bash, zsh or fish\n');
    return EXIT.usage;
  }
  out(SCRIPTS[known]);
  return EXIT.ok;
}

/** `leveret autocomplete -- WORDS`; returns the exit code. */
export function printCompletions(words: readonly string[], { out }: Surroundings): number {
  const broker = [...OPTIONS.map(optionOf), CONFIG];
  const all: readonly Completable[] = [
    { name: '', options: broker },
    { name: 'start', options: broker },
    ...completablesOf(leveret),
    ...OWN_COMMANDS.map(completableOf),
    ...SHELLS.map((shell) => ({ name: `completion ${shell}`, options: [] })),
  ];
  out(
    completions(all, words)
      .map((word) => `${word}\n`)
      .join(''),
  );
  return EXIT.ok;
}

function completableOf({ name, settings, options = [] }: OwnCommand): Completable {
  const ofTheBroker = OPTIONS.filter((option) => settings.includes(option.name));
  return { name, options: [...options, ...ofTheBroker.map(optionOf), CONFIG] };
}

function optionOf({ flag }: Option): { readonly name: string } {
  return { name: flag.slice('--'.length) };
}
