/** Finds by which of its methods a class changes some of its fields. */
import ts from 'typescript';

/** What changes a map, a set, or whatever of ours has the same verbs. */
const WRITES = new Set(['set', 'add', 'delete', 'remove', 'clear']);

interface Method {
  writes: boolean;
  /** Methods of its own that it calls, directly or from within a function that it makes. */
  readonly calls: Set<string>;
}

/**
 * The public methods of the only class in `source` that lead to a write of one of `fields` (`#users`), by way of private methods or
 * directly. Who calls a public method is not its business, nor is what the constructor hands to others.
 */
export function publicWriters(source: string, fields: readonly string[]): string[] {
  const methods = methodsOf(source, new Set(fields));
  const leads = (name: string, seen: Set<string>): boolean => {
    const method = methods.get(name);
    if (method === undefined || seen.has(name)) return false;
    seen.add(name);
    return method.writes || [...method.calls].some((called) => called.startsWith('#') && leads(called, seen));
  };
  return [...methods.keys()].filter((name) => !name.startsWith('#') && leads(name, new Set())).sort();
}

function methodsOf(source: string, fields: ReadonlySet<string>): Map<string, Method> {
  const methods = new Map<string, Method>();
  const visitMember = (node: ts.Node): void => {
    if (ts.isMethodDeclaration(node) || ts.isAccessor(node)) {
      methods.set(node.name.getText(), bodyOf(node, fields));
    } else ts.forEachChild(node, visitMember);
  };
  visitMember(ts.createSourceFile('file.ts', source, ts.ScriptTarget.Latest, true));
  return methods;
}

function bodyOf(method: ts.Node, fields: ReadonlySet<string>): Method {
  const found: Method = { writes: false, calls: new Set() };
  /** Names that stand for a field, or for something in it. */
  const aliases = new Set<string>();
  const isField = (node: ts.Node): boolean => {
    if (ts.isIdentifier(node)) return aliases.has(node.text);
    if (ts.isPropertyAccessExpression(node)) {
      return (
        (node.expression.kind === ts.SyntaxKind.ThisKeyword && fields.has(node.name.text)) || isField(node.expression)
      );
    }
    if (ts.isElementAccessExpression(node) || ts.isNonNullExpression(node)) return isField(node.expression);
    if (ts.isCallExpression(node)) return isField(node.expression);
    return false;
  };
  const visit = (node: ts.Node): void => {
    if (ts.isVariableDeclaration(node) && node.initializer && isField(node.initializer)) {
      if (ts.isIdentifier(node.name)) aliases.add(node.name.text);
    }
    if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression)) {
      const { expression: target, name } = node.expression;
      if (target.kind === ts.SyntaxKind.ThisKeyword) found.calls.add(name.text);
      if (WRITES.has(name.text) && isField(target)) found.writes = true;
    }
    ts.forEachChild(node, visit);
  };
  visit(method);
  return found;
}
