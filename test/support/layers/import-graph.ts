/** Reads who imports what in a source tree, and finds what breaks the layers' rules. Type imports count like others. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import ts from 'typescript';

/** Every file (`broker/vhost.ts`) with what it imports: files of the tree by such paths, anything else as written. */
export type ImportGraph = ReadonlyMap<string, readonly string[]>;

export interface Rules {
  /**
   * Folders, lowest layer first. A file imports from its own folder and from lower layers, never from a neighbour's or above. A folder
   * within another (`broker/log`) is one of its own.
   */
  readonly layers: readonly (readonly string[])[];
  /** What a folder must not import, although it lies lower. */
  readonly forbidden: Readonly<Record<string, readonly string[]>>;
  /** Folders that are private but for the folders named: `store/sqlite` for embed. */
  readonly restricted: Readonly<Record<string, readonly string[]>>;
  /** Packages with the files or folders that may import them; `node:` modules are free. */
  readonly packages: Readonly<Record<string, readonly string[]>>;
}

export function readImportGraph(root: string): ImportGraph {
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => file.endsWith('.ts'))
    .sort();
  return new Map(files.map((file) => [file, importsOf(file, readFileSync(join(root, file), 'utf8'))]));
}

export function importsOf(file: string, source: string): string[] {
  const { importedFiles } = ts.preProcessFile(source, true, true);
  return importedFiles.map(({ fileName }) =>
    fileName.startsWith('.') ? posix.join(posix.dirname(file), fileName) : fileName,
  );
}

/** A line for every import that the rules forbid. */
export function brokenRules(graph: ImportGraph, rules: Rules): string[] {
  const problems: string[] = [];
  for (const [file, imports] of graph) {
    for (const imported of imports) {
      const reason = graph.has(imported) ? brokenLayer(file, imported, rules) : brokenPackage(file, imported, rules);
      if (reason !== undefined) problems.push(`${file} imports ${imported}: ${reason}`);
    }
  }
  return problems;
}

/** Import cycles, each as its files in order; empty where there is none. */
export function importCycles(graph: ImportGraph): string[][] {
  const cycles: string[][] = [];
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (file: string) => {
    const start = path.indexOf(file);
    if (start !== -1) cycles.push([...path.slice(start), file]);
    if (start !== -1 || done.has(file)) return;
    path.push(file);
    for (const imported of graph.get(file) ?? []) visit(imported);
    path.pop();
    done.add(file);
  };
  for (const file of graph.keys()) visit(file);
  return cycles;
}

function brokenLayer(file: string, imported: string, { layers, forbidden, restricted }: Rules): string | undefined {
  const folders = layers.flat();
  const [from, to] = [folderOf(file, folders), folderOf(imported, folders)];
  for (const [folder, allowed] of Object.entries(restricted)) {
    if (within(imported, folder) && !within(file, folder) && !allowed.includes(file.split('/')[0]))
      return `${folder} is private`;
  }
  if (from === to) return undefined;
  const rank = (folder: string) => layers.findIndex((layer) => layer.includes(folder));
  if (rank(from) === -1) return `${from} has no layer`;
  if (rank(to) === -1) return `${to} has no layer`;
  if (rank(to) >= rank(from)) return `${to} does not lie below ${from}`;
  for (const [folder, hidden] of Object.entries(forbidden)) {
    if (within(file, folder) && hidden.some((other) => within(imported, other))) return `${folder} must not know ${to}`;
  }
  return undefined;
}

function brokenPackage(file: string, imported: string, { packages }: Rules): string | undefined {
  if (imported.startsWith('node:')) return undefined;
  if (/^[^@/]+\.ts$|\.ts$/.test(imported)) return 'there is no such file';
  const allowed = packages[imported];
  if (allowed === undefined) return 'no file may use this package';
  return allowed.some((place) => within(file, place))
    ? undefined
    : `only ${allowed.join(' and ')} may use this package`;
}

/** The innermost of the folders that the file lies in; `index.ts` at the root is a folder of its own. */
function folderOf(file: string, folders: readonly string[]): string {
  const around = folders.filter((folder) => within(file, folder));
  return around.sort((a, b) => b.length - a.length)[0] ?? file.split('/')[0];
}

function within(file: string, place: string): boolean {
  return file === place || file.startsWith(`${place}/`);
}
