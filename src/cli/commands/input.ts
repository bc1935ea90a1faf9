/** What a command is given on its standard input: a password, or a file. */

export async function readAll(): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** Without the line's end. */
export async function readInput(): Promise<string> {
  return (await readAll()).toString().replace(/\r?\n$/, '');
}
