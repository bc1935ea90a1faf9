/**
 * Makes docs/api.md of the docstrings of what the package exports: `node scripts/api-reference.ts`. With `--check` it compares, and fails if the
 * page is another.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import ts from 'typescript';

const ROOT = join(import.meta.dirname, '..');
const PAGE = join(ROOT, 'docs/api.md');

const ENTRIES = {
  leveret: 'src/index.ts',
  'leveret/testing': 'src/testing/index.ts',
  'leveret/testing/vitest': 'src/testing/runners/vitest.ts',
  'leveret/testing/jest': 'src/testing/runners/jest.ts',
  'leveret/testing/node': 'src/testing/runners/node-test.ts',
};

const HEAD = `# API

What the package exports, made from the docstrings by \`npm run generate\`. [Tests](testing.md) shows how \`leveret/testing\` is used.
`;

const config = ts.readConfigFile(join(ROOT, 'tsconfig.json'), (path) => ts.sys.readFile(path));
const { options } = ts.parseJsonConfigFileContent(config.config, ts.sys, ROOT);
const program = ts.createProgram(
  Object.values(ENTRIES).map((path) => join(ROOT, path)),
  options,
);
const checker = program.getTypeChecker();

const page = await format([HEAD, ...Object.entries(ENTRIES).map(entry)].join('\n'), {
  ...(await resolveConfig(PAGE)),
  parser: 'markdown',
});
if (!process.argv.includes('--check')) writeFileSync(PAGE, page);
else if (readFileSync(PAGE, 'utf8') !== page) {
  console.error('docs/api.md is not what the docstrings say: run npm run generate');
  process.exitCode = 1;
}

function entry([name, path]: [string, string]): string {
  const source = program.getSourceFile(join(ROOT, path))!;
  const exported = checker.getExportsOfModule(checker.getSymbolAtLocation(source)!);
  const symbols = exported.map((symbol) =>
    symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol,
  );
  symbols.sort((a, b) => (a.name < b.name ? -1 : 1));
  return [`## \`${name}\``, ...symbols.map(section)].join('\n\n');
}

function section(symbol: ts.Symbol): string {
  const declaration = symbol.declarations!.find((node) => !ts.isModuleDeclaration(node))!;
  const parts = [`### ${symbol.name}`, docOf(declaration)];
  if (ts.isClassDeclaration(declaration) || ts.isInterfaceDeclaration(declaration)) {
    const extended = declaration.heritageClauses?.map((clause) => clause.getText()).join(' ') ?? '';
    const kind = ts.isClassDeclaration(declaration) ? 'class' : 'interface';
    parts.push(
      code(`${kind} ${symbol.name}${parametersOf(declaration)} ${extended}`.trim()),
      list(declaration.members),
    );
  } else if (ts.isTypeAliasDeclaration(declaration) && ts.isTypeLiteralNode(declaration.type)) {
    parts.push(code(`type ${symbol.name}`), list(declaration.type.members));
  } else parts.push(code(headOf(declaration)));
  return parts.filter((part) => part !== '').join('\n\n');
}

function parametersOf({ typeParameters }: ts.ClassDeclaration | ts.InterfaceDeclaration): string {
  return typeParameters === undefined ? '' : `<${typeParameters.map((parameter) => parameter.getText()).join(', ')}>`;
}

/** What its users may name, an entry each. */
function list(members: ts.NodeArray<ts.ClassElement | ts.TypeElement>): string {
  const lines = members.filter(isPublic).map((member) => {
    const doc = docOf(member).replaceAll('\n', '\n  ');
    return `- \`${headOf(member)}\`${doc === '' ? '' : `\n\n  ${doc}`}`;
  });
  return lines.join('\n');
}

function isPublic(member: ts.ClassElement | ts.TypeElement): boolean {
  if (ts.isConstructorDeclaration(member) || (member.name !== undefined && ts.isPrivateIdentifier(member.name)))
    return false;
  // Of an overloaded method only the signatures are seen.
  const isImplementation = ts.isMethodDeclaration(member) && member.body !== undefined && hasOverloads(member);
  return !isImplementation && !ts.getJSDocTags(member).some(({ tagName }) => tagName.text === 'internal');
}

function hasOverloads(method: ts.MethodDeclaration): boolean {
  const others = (method.parent as ts.ClassDeclaration).members.filter(
    (member) => member.name?.getText() === method.name.getText(),
  );
  return others.length > 1;
}

/** A declaration in one line, without its body and its comments. */
function headOf(node: ts.Node): string {
  const body = (node as { body?: ts.Node }).body ?? (node as { initializer?: ts.Node }).initializer;
  const text = node.getText().slice(0, body === undefined ? undefined : body.getStart() - node.getStart());
  const head = text
    .replace(/\/\*\*[\s\S]*?\*\//g, '')
    .replace(/\s+/g, ' ')
    .replace(/[\s=;]+$/, '');
  return head.replace(/^(export|async|override|readonly) /g, '').replace('[Symbol.', '[Symbol.');
}

function docOf(node: ts.Node): string {
  const [doc] = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc).slice(-1);
  if (doc === undefined) return '';
  const tags = (doc.tags ?? []).filter(({ tagName }) => ['throws', 'param'].includes(tagName.text));
  const text = ts.getTextOfJSDocComment(doc.comment) ?? '';
  const lines = tags.map((tag) =>
    tag
      .getText()
      .replace(/\s*\n\s*\*\s*/g, ' ')
      .replace(/^@throws/, 'Throws')
      .replace(/^@param (\w+)/, '`$1`:')
      .trim(),
  );
  return [text.replace(/\s*\n\s*/g, ' '), ...lines].filter((line) => line !== '').join('\n\n');
}

function code(text: string): string {
  return `\`\`\`ts\n${text}\n\`\`\``;
}
