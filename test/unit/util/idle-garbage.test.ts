import { describe, expect, it } from 'vitest';
import { runOk } from '../../support/processes/run.ts';

/** What V8 says of its collections and what a program prints that runs `code`, asks for one after a rest of 20 ms, and ends `lifeMs` later. */
function outputOf(code: string, lifeMs: number): Promise<string> {
  const module = JSON.stringify(new URL('../../../src/util/idle-garbage.ts', import.meta.url));
  const text = `
    import { collectGarbageWhenIdle } from ${module};
    const end = setTimeout(() => kept.length, ${lifeMs});
    ${code}
    collectGarbageWhenIdle(20);`;
  return runOk(process.execPath, ['--trace-gc', '--input-type=module', '--eval', text]);
}

describe('collectGarbageWhenIdle', () => {
  it('has V8 collect and give memory back', async () => {
    const collected =
      'const kept = []; new PerformanceObserver(() => clearTimeout(end)).observe({ entryTypes: ["gc"] });';
    expect(await outputOf(collected, 20_000)).toMatch(/Mark-Compact \(reduce\).*testing/);
  });

  it('waits until the thread rests, as those with work for it would have to wait', async () => {
    const output = await outputOf(
      `const kept = [];
       let atWork = true;
       globalThis.gc = () => { console.log('collected', atWork ? 'at work' : 'at rest'); clearTimeout(end); };
       const work = () => { atWork = performance.now() < 1000; if (atWork) setImmediate(work); };
       work();`,
      20_000,
    );
    expect(output).toContain('collected at rest');
  });

  it('leaves a large heap to V8, since all would have to wait', async () => {
    const output = await outputOf('const kept = Array.from({ length: 1_000_000 }, (_, i) => ({ i }));', 500);
    expect(output).not.toContain('testing');
  });
});
