/**
 * Starts each of the set-ups in the image's root folder and says what held: `npm run test:compose`, as root on Debian with debootstrap. Without an
 * engine these are not run: the Dockerfile's own build, depends_on, restart policies, published ports.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Container } from './container.ts';
import { SET_UPS, type SetUp } from './set-ups.ts';

const READY = 'Server startup complete; 4 plugins started.';
/** What a shell ends with if there is no such command. */
const NOT_FOUND = 127;
/** Ends with 0 if the broker lets the URL in, with 3 if it refuses it. */
const LOGIN = `
  const { connect } = await import('amqplib');
  try { await (await connect(process.argv[1])).close(); }
  catch (error) { console.error(error.message); process.exit(/ACCESS_REFUSED|ConnectionClose/.test(error.message) ? 3 : 1); }`;

const root = process.env['LEVERET_IMAGE_ROOT'] ?? join(tmpdir(), 'leveret-image-root');
const made = spawnSync(fileURLToPath(new URL('make-root.sh', import.meta.url)), [root], { stdio: 'inherit' });
if (made.status !== 0) process.exit(1);

let failures = 0;
let inPart = 0;
for (const setUp of SET_UPS.filter(({ name }) => name.includes(process.argv[2] ?? ''))) {
  const folder = mkdtempSync(join(tmpdir(), 'leveret-compose-'));
  const { problems, notRun } = await check(setUp, folder);
  rmSync(folder, { recursive: true });
  if (problems.length > 0) failures++;
  else if (notRun.length > 0) inPart++;
  const mark = problems.length > 0 ? 'FAILED' : notRun.length > 0 ? 'in part' : 'ok';
  print(`${mark.padEnd(7)} ${setUp.name}`);
  for (const line of [...problems, ...notRun.map((command) => `not run, the image has no such command: ${command}`)]) {
    print(`        ${line.trim().replaceAll('\n', '\n        ')}`);
  }
}
print(`${SET_UPS.length} set-ups, ${failures} fail, ${inPart} hold in part`);
process.exit(failures === 0 ? 0 : 1);

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

async function check(setUp: SetUp, folder: string): Promise<{ problems: string[]; notRun: string[] }> {
  const problems: string[] = [];
  const notRun: string[] = [];
  const hostname = setUp.service.hostname ?? 'c0ffee';
  for (const host of setUp.recreated ? [hostname, 'another-name'] : [hostname]) {
    const container = new Container(root, folder, setUp, host);
    try {
      await container.waitFor(setUp.ready ?? READY);
      for (const url of setUp.login ?? []) expectLogin(container, url, 0, problems);
      for (const url of setUp.refused ?? []) expectLogin(container, url, 3, problems);
      const { healthcheck } = setUp.service;
      for (const command of ['leveret ping', ...(healthcheck ? [healthcheck] : []), ...(setUp.succeed ?? [])]) {
        const { code, output } = container.exec(command);
        if (code === NOT_FOUND) notRun.push(command);
        else if (code !== 0) problems.push(`${command}: exit code ${code}: ${output}`);
      }
      for (const text of setUp.log ?? []) await container.waitFor(text);
    } catch (error) {
      const { message } = error as Error;
      const missing = /(rabbitmq[\w-]*): (?:command )?not found/.exec(message);
      if (missing === null) problems.push(message);
      else notRun.push(missing[1]);
    } finally {
      await container.stop();
    }
  }
  return { problems, notRun };
}

function expectLogin(container: Container, url: string, expected: number, problems: string[]): void {
  const { code, output } = container.onItsNetwork([process.execPath, '--input-type=module', '-e', LOGIN, url]);
  if (code !== expected) problems.push(`${url} ${expected === 0 ? 'is not let in' : 'is not refused'}: ${output}`);
}
