/**
 * What `leveret` does besides looking after a data folder or starting the broker: it asks a running one, or says what there is to be asked. What that needs
 * is loaded only for it: a start needs none of it.
 */
import type { Surroundings } from './commands/run.ts';
import { OWN_COMMANDS } from './own-commands.ts';

/** What arguments.ts reads. */
const OTHERS = ['start', ...OWN_COMMANDS.map(({ name }) => name.split(' ')[0])];

/** The exit code; undefined if the command line asks for something else. */
export async function operate(argv: readonly string[]): Promise<number | undefined> {
  const [first, ...rest] = argv;
  if (first === undefined || OTHERS.includes(first)) return undefined;
  const asksForHelp = rest.length === 0 && ['--help', '-h', 'help'].includes(first);
  if (first.startsWith('-') && !asksForHelp) return undefined;
  const around: Surroundings = {
    env: process.env,
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
  };
  // Whoever reads may have seen enough: `| head`.
  process.stdout.on('error', () => process.exit());
  if (asksForHelp) {
    const { help } = await import('./commands/leveret/help.ts');
    around.out(help());
    return 0;
  }
  if (first === 'completion' || first === 'autocomplete') {
    const { printCompletions, printScript } = await import('./commands/leveret/completion.ts');
    return first === 'completion' ? printScript(rest[0], around) : printCompletions(rest.slice(1), around);
  }
  const [{ leveret }, { runFriendly }] = await Promise.all([
    import('./commands/leveret.ts'),
    import('./commands/leveret/run.ts'),
  ]);
  if (!leveret.commands.some(({ name }) => name.split(' ')[0] === first)) return undefined;
  return runFriendly(leveret, argv, around, process.stdout.isTTY);
}
