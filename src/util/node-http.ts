/**
 * Node's http, but not as an ES module: an import of that reads all its exports, and one of them loads the whole of undici, which takes longer
 * than a command or a broker's start may.
 */
import type * as Http from 'node:http';

export const http: typeof Http = process.getBuiltinModule('node:http');
