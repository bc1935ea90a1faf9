/**
 * What RabbitMQ's commands answered, as a file that is read as a terminal is: `$ ` a command, `| ` a line of its output, `! ` one of its errors,
 * `= ` its exit code if it is not 0, `# ` why Leveret answers otherwise. In a command `{file}`, `{amqp}`, `{http}` and `{node}` stand for what differs from run to run.
 */
import type { Ended } from './tools.ts';

export interface Exchange {
  /** As it is typed, without what stands before it. */
  readonly command: string;
  readonly answer: Ended;
  /** Why Leveret's answer is another; none if it is the same. */
  readonly why?: string;
}

/** What stands for the places of a transcript in one run: the placeholder's name, and its value. */
export type Places = Readonly<Record<string, string>>;

export function parse(text: string): Exchange[] {
  return text
    .split(/^(?=\$ )/m)
    .filter((part) => part.startsWith('$ '))
    .map((part) => {
      const lines = part.trimEnd().split('\n');
      const after = (mark: string): string[] =>
        lines.filter((line) => line.startsWith(mark)).map((line) => line.slice(mark.length + 1));
      const why = after('#').join(' ');
      const answer = {
        code: Number(after('=')[0] ?? 0),
        stdout: after('|').join('\n'),
        stderr: after('!').join('\n'),
      };
      return { command: after('$')[0], answer, ...(why === '' ? {} : { why }) };
    });
}

export function format(exchanges: readonly Exchange[]): string {
  const marked = (mark: string, text: string): string[] =>
    text === '' ? [] : text.split('\n').map((line) => `${mark} ${line}`.trimEnd());
  return exchanges
    .map(({ command, answer, why = '' }) => [
      `$ ${command}`,
      ...marked('#', why),
      ...marked('|', answer.stdout),
      ...marked('!', answer.stderr),
      ...(answer.code === 0 ? [] : [`= ${answer.code}`]),
    ])
    .map((lines) => `${lines.join('\n')}\n`)
    .join('\n');
}

/** The words of a command, places filled in; what is within single quotes is one word. */
export function wordsOf(command: string, places: Places): string[] {
  const words = command.match(/(?:'[^']*'|[^ '])+/g) ?? [];
  return words.map((word) =>
    word.replaceAll("'", '').replace(/\{(\w+)\}/g, (whole, name: string) => places[name] ?? whole),
  );
}

/** An answer with the places put back, and without what never is the same: ids of processes, and the usage, which names the options there are. */
export function general({ code, stdout, stderr }: Ended, places: Places): Ended {
  const text = (raw: string): string => {
    let made = raw.replace(/\n*(\u001b\[1m)?Usage[\s\S]*$/, '').replace(/<[\w@.-]*\d+\.\d+\.\d+>/g, '<pid>');
    for (const [name, value] of Object.entries(places)) made = made.replaceAll(value, `{${name}}`);
    return made.trimEnd();
  };
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

/** The lines of an answer as a transcript has them, sorted and without the commas between them: RabbitMQ's lists are in no order. */
export function unordered({ code, stdout, stderr }: Ended): string[] {
  const lines = (mark: string, text: string): string[] =>
    text.split('\n').map((line) => `${mark} ${line.replace(/^,|,$/g, '').trimEnd()}`);
  return [...lines('|', stdout), ...lines('!', stderr), `= ${code}`].sort();
}
