/**
 * The examples of docs/testing.md, and the recipes of docs/recipes.md, as projects: the code blocks of the page, or of a recipe's section, are the
 * files, by the name in their first line.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Project } from './projects.ts';

const page = (name: string): string => readFileSync(join(import.meta.dirname, '../../docs', name), 'utf8');
const RECIPES_PAGE = page('recipes.md');

interface Recipe extends Pick<Project, 'type' | 'run' | 'prints' | 'packages'> {
  /** Of its section. */
  readonly title: string;
  readonly settings?: Project['files'];
}

const NEST = ['@nestjs/common@11', '@nestjs/core@11', 'reflect-metadata', 'rxjs'];
const JEST_IN_TYPESCRIPT = [
  'jest@30',
  'ts-jest',
  '@types/jest',
  '@types/node@24',
  'typescript@5',
  '@nestjs/testing@11',
];
/** As `nest new` has them. */
const TYPESCRIPT_SETTINGS = {
  // Nest and its types take long to load on a machine that has other things to do.
  'jest.config.js': "module.exports = { preset: 'ts-jest', testTimeout: 60_000 };\n",
  'tsconfig.json': JSON.stringify({
    compilerOptions: {
      module: 'nodenext',
      target: 'es2023',
      strict: true,
      skipLibCheck: true,
      experimentalDecorators: true,
      emitDecoratorMetadata: true,
      types: ['jest', 'node'],
    },
  }),
};
const NODE_TEST = ['node --test --test-reporter=tap'];
const JEST = ['npx jest 2>&1'];

const RECIPES: readonly Recipe[] = [
  {
    title: 'amqp-connection-manager',
    packages: ['amqp-connection-manager'],
    type: 'module',
    run: NODE_TEST,
    prints: '# pass 2',
  },
  { title: 'Rascal', packages: ['rascal'], type: 'module', run: NODE_TEST, prints: '# pass 2' },
  { title: 'Moleculer', packages: ['moleculer'], type: 'module', run: NODE_TEST, prints: '# pass 1' },
  {
    title: 'NestJS',
    packages: [...NEST, '@nestjs/microservices@11', 'amqp-connection-manager', ...JEST_IN_TYPESCRIPT],
    type: 'commonjs',
    settings: TYPESCRIPT_SETTINGS,
    run: JEST,
    prints: 'Tests:       2 passed, 2 total',
  },
  {
    title: 'golevelup',
    packages: [...NEST, '@nestjs/platform-express@11', '@golevelup/nestjs-rabbitmq', ...JEST_IN_TYPESCRIPT],
    type: 'commonjs',
    settings: TYPESCRIPT_SETTINGS,
    run: JEST,
    prints: 'Tests:       1 passed, 1 total',
  },
  { title: 'With vitest', packages: ['vitest@5'], type: 'module', run: ['npx vitest run'], prints: '2 passed' },
  {
    title: 'With jest',
    packages: ['jest@30'],
    type: 'commonjs',
    run: JEST,
    prints: 'Tests:       2 passed, 2 total',
  },
];

export const GUIDE_PROJECT: Project = {
  name: 'guide',
  packages: ['amqp-connection-manager', 'vitest@5'],
  type: 'module',
  files: filesIn(page('testing.md')),
  run: ['npx vitest run'],
  prints: '11 passed',
};

export const RECIPE_PROJECTS: readonly Project[] = RECIPES.map(({ title, settings, ...project }) => ({
  name: `recipe-${title.toLowerCase().replaceAll(' ', '-')}`,
  files: { ...settings, ...filesOf(title) },
  ...project,
}));

function filesOf(title: string): Record<string, string> {
  const section = RECIPES_PAGE.split(/^###? /m).find((part) => part.startsWith(`${title}\n`));
  const files = filesIn(section ?? '');
  if (Object.keys(files).length === 0) throw new Error(`docs/recipes.md has no files under "${title}"`);
  return files;
}

function filesIn(text: string): Record<string, string> {
  const blocks = [...text.matchAll(/```[jt]s\n\/\/ (\S+\.[jt]s)\n([\s\S]*?)```/g)];
  return Object.fromEntries(blocks.map(([, name, code]) => [name, code]));
}
