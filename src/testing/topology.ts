/** What two lists of queues, exchanges and bindings differ in. */
import { isDeepStrictEqual } from 'node:util';
import type { DefinitionsDocument } from '../broker/definitions/document.ts';

type Entries = Map<string, object>;

/** A line for each difference. */
export function differences(expected: DefinitionsDocument, actual: DefinitionsDocument): string[] {
  const [wanted, there] = [entriesOf(expected), entriesOf(actual)];
  const missing = [...wanted.keys()].filter((name) => !there.has(name)).map((name) => `missing: ${name}`);
  const more = [...there.keys()].filter((name) => !wanted.has(name)).map((name) => `not expected: ${name}`);
  const others = [...wanted].flatMap(([name, entry]) => {
    const found = there.get(name);
    if (found === undefined || isDeepStrictEqual(entry, found)) return [];
    return `different: ${name} is ${JSON.stringify(found)}, expected ${JSON.stringify(entry)}`;
  });
  return [...missing, ...more, ...others];
}

/** By what names them, with what is left out of a document filled in. */
function entriesOf({ queues = [], exchanges = [], bindings = [] }: DefinitionsDocument): Entries {
  const entries: Entries = new Map();
  for (const { name, durable, auto_delete = false, arguments: args = {} } of queues) {
    entries.set(`queue '${name}'`, { durable, auto_delete, arguments: args });
  }
  for (const { name, type, durable, auto_delete = false, internal = false, arguments: args = {} } of exchanges) {
    entries.set(`exchange '${name}'`, { type, durable, auto_delete, internal, arguments: args });
  }
  for (const { source, destination, destination_type: type, routing_key: key = '', arguments: args = {} } of bindings) {
    const text = Object.keys(args).length === 0 ? '' : ` and ${JSON.stringify(args)}`;
    entries.set(`binding of ${type} '${destination}' to exchange '${source}' with '${key}'${text}`, {});
  }
  return entries;
}
