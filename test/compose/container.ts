/** A container without an engine: the image's root folder under an overlay, in namespaces of its own, started as an engine starts it. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { SetUp } from './set-ups.ts';

export interface Result {
  readonly code: number;
  readonly output: string;
}

/** The arguments: the image's root folder, a folder for the overlay, the host's name, then `source:target` for each mount, then `--`. */
const START = `
set -e
root=$1 work=$2; hostname "$3"; shift 3
ip link set lo up
mkdir -p "$work"; mount -t tmpfs tmpfs "$work"; mkdir "$work/upper" "$work/work" "$work/root"
mount -t overlay overlay -o "lowerdir=$root,upperdir=$work/upper,workdir=$work/work" "$work/root"
mount -t proc proc "$work/root/proc"; mount --rbind /dev "$work/root/dev"
printf '127.0.0.1\\tlocalhost\\n::1\\tlocalhost\\n' > "$work/root/etc/hosts"
while [ "$1" != -- ]; do
  target=$work/root\${1#*:}
  if [ -d "\${1%%:*}" ]; then mkdir -p "$target"; else mkdir -p "$(dirname "$target")"; touch "$target"; fi
  mount --bind "\${1%%:*}" "$target"; shift
done
shift
exec chroot "$work/root" "$@"`;

/** ENV, ENTRYPOINT and CMD of the Dockerfile's last stage. */
function dockerfile(): { env: Record<string, string>; entrypoint: string[]; command: string[] } {
  const text = readFileSync(new URL('../../Dockerfile', import.meta.url), 'utf8');
  const lines = text.slice(text.lastIndexOf('\nFROM ')).split('\n');
  const words = (name: string) =>
    JSON.parse(lines.find((line) => line.startsWith(`${name} `))!.slice(name.length)) as string[];
  const env: Record<string, string> = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' };
  for (const line of lines.filter((candidate) => candidate.startsWith('ENV '))) {
    for (const [, name, value] of line.matchAll(/(\w+)=(\S+)/g)) env[name] = value.replace('$PATH', env.PATH);
  }
  return { env, entrypoint: words('ENTRYPOINT'), command: words('CMD') };
}

export class Container {
  readonly #child: ChildProcess;
  readonly #env: Record<string, string>;
  readonly #ended: Promise<unknown>;
  /** All that it wrote. */
  output = '';

  /** @param folder for its files and volumes; one that had a container before has its volumes still */
  constructor(root: string, folder: string, { service, files = {}, dockerfile: steps = [] }: SetUp, hostname: string) {
    const image = dockerfile();
    this.#env = { ...image.env, ...service.environment };
    const mounts: string[] = [];
    for (const volume of service.volumes ?? []) {
      const source = join(folder, 'volumes', volume.replaceAll('/', '_'));
      mkdirSync(source, { recursive: true });
      mounts.push(`${source}:${volume}`);
    }
    for (const [path, content] of Object.entries(files)) {
      const source = join(folder, 'files', path);
      mkdirSync(dirname(source), { recursive: true });
      writeFileSync(source, content, { mode: path.endsWith('10-first.sh') ? 0o755 : 0o644 });
      mounts.push(`${source}:${path}`);
    }
    const variables = Object.entries(this.#env).map(([name, value]) => `${name}=${value}`);
    const asUser = service.user === undefined ? [] : ['chroot', `--userspec=${service.user}`, '/'];
    const main = [...image.entrypoint, ...(service.command ?? image.command)];
    const build = ['sh', '-ec', `${steps.map((step) => `${step}\n`).join('')}exec "$@"`, 'sh'];
    this.#child = spawn(
      'unshare',
      [
        ...['--mount', '--pid', '--net', '--uts', '--ipc', '--fork', '--kill-child'],
        ...['sh', '-c', START, 'sh', root, join(folder, 'overlay'), hostname, ...mounts, '--'],
        ...['env', '-i', ...variables, ...build, ...asUser, ...main],
      ],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    for (const stream of [this.#child.stdout!, this.#child.stderr!]) {
      stream.setEncoding('utf8').on('data', (text: string) => (this.output += text));
    }
    this.#ended = new Promise((resolve) => this.#child.on('close', resolve));
  }

  /** Rejects if it ends before, or if it takes more than 30 seconds. */
  async waitFor(text: string): Promise<void> {
    const deadline = AbortSignal.timeout(30_000);
    while (!this.output.includes(text)) {
      if (deadline.aborted || this.#child.exitCode !== null) throw new Error(`"${text}" did not come:\n${this.output}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Runs a shell command in it, as `docker exec` does. */
  exec(command: string): Result {
    const variables = Object.entries(this.#env).map(([name, value]) => `${name}=${value}`);
    return this.#enter(
      ['--mount', '--pid', '--net', '--uts', '--ipc', '--root', '--wd'],
      ['env', '-i', ...variables, 'sh', '-c', command],
    );
  }

  /** Runs a program of this machine in its network. */
  onItsNetwork(words: readonly string[]): Result {
    return this.#enter(['--net'], words);
  }

  /** As `docker stop`. */
  async stop(): Promise<void> {
    if (this.#child.exitCode === null) process.kill(this.#init, 'SIGTERM');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), 10_000);
    await this.#ended;
    clearTimeout(timer);
  }

  /** The number, on this machine, of the container's first process. */
  get #init(): number {
    const { pid } = this.#child;
    return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim());
  }

  #enter(namespaces: readonly string[], words: readonly string[]): Result {
    const { status, stdout, stderr } = spawnSync('nsenter', ['--target', `${this.#init}`, ...namespaces, ...words], {
      encoding: 'utf8',
      timeout: 60_000,
    });
    return { code: status ?? -1, output: stdout + stderr };
  }
}
