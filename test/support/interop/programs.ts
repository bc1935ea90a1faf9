/**
 * Clients that are not npm packages: programs run as child processes, judged by their exit code. Where a program is
 * missing its tests are skipped and say why; in CI (env CI set) they fail instead.
 */
import { describe, test } from 'vitest';
import { works } from '../processes/tied.ts';

/**
 * The Python that has the module, or undefined. What Debian packages belongs to Debian's Python, which need not be the first
 * one on the path.
 */
export function pythonWith(module: string): string | undefined {
  return ['python3', '/usr/bin/python3'].find((command) => works([command, '-c', `import ${module}`]));
}

/**
 * A describe block for an outside client. `missing` is undefined when the client is there, and otherwise the reason it
 * cannot run: a failure in CI, unless it is not `required` there. Default: it is.
 */
export function describeClient(
  name: string,
  { missing, required = true }: { readonly missing: string | undefined; readonly required?: boolean },
  body: () => void,
): void {
  if (missing === undefined) {
    describe(name, body);
  } else if (required && process.env['CI']) {
    describe(name, () => {
      test('is installed', () => {
        throw new Error(`${missing} It is required in CI.`);
      });
    });
  } else {
    process.stderr.write(`Skipped ${name}: ${missing}\n`);
    describe.skip(`${name} (skipped: ${missing})`, body);
  }
}
