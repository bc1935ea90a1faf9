/** Those of `leveret`'s commands that ask a running broker, and the help. What they need is loaded only for them: a start needs none of it. */

/** Commands that look after a data folder, or start the broker: see arguments.ts. */
const OTHERS = ['start', 'test', 'ping', 'store', 'backup'];

/** The exit code; undefined if the command line asks for something else. */
export async function operate(argv: readonly string[]): Promise<number | undefined> {
  const [first] = argv;
  if (argv.length === 1 && ['--help', '-h', 'help'].includes(first)) {
    const { help } = await import('./commands/leveret/help.ts');
    process.stdout.write(help());
    return 0;
  }
  if (first === undefined || first.startsWith('-') || OTHERS.includes(first)) return undefined;
  const [{ leveret }, { runFriendly }] = await Promise.all([
    import('./commands/leveret.ts'),
    import('./commands/leveret/run.ts'),
  ]);
  if (!leveret.commands.some(({ name }) => name.split(' ')[0] === first)) return undefined;
  // Whoever reads may have seen enough: `| head`.
  process.stdout.on('error', () => process.exit());
  return runFriendly(
    leveret,
    argv,
    { env: process.env, out: (text) => process.stdout.write(text), err: (text) => process.stderr.write(text) },
    process.stdout.isTTY,
  );
}
