import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

/** What V8 says of its collections while a program runs that asked for one and waits for it. */
async function collectionsAfter(code: string): Promise<string> {
  const module = JSON.stringify(new URL('../../../src/util/start-garbage.ts', import.meta.url));
  const text = `import { collectStartGarbage } from ${module};\n${code}\ncollectStartGarbage(0);\nsetTimeout(() => kept.length, 10);`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--trace-gc', '--input-type=module', '--eval', text]);
  return stdout;
}

describe('collectStartGarbage', () => {
  it('has V8 collect and give memory back', async () => {
    expect(await collectionsAfter('const kept = [];')).toMatch(/Mark-Compact \(reduce\).*testing/);
  });

  it('leaves a large heap to V8, since all would have to wait', async () => {
    const collections = await collectionsAfter('const kept = Array.from({ length: 1_000_000 }, (_, i) => ({ i }));');
    expect(collections).not.toContain('testing');
  });
});
