#!/usr/bin/env node
// The entry point: checks the Node that runs it, then hands over to the command line. It keeps to old syntax, as the check does.
import { isTooOld } from './node-version.js';

if (isTooOld('leveret')) process.exit(78);
else start();

function start() {
  var fs = process.getBuiltinModule('node:fs');
  var os = process.getBuiltinModule('node:os');
  // Compiled code is kept for the next start. Not in the shared temporary folder, where others could plant theirs.
  try {
    process.getBuiltinModule('node:module').enableCompileCache(os.homedir() + '/.cache/leveret');
  } catch {
    // A user without a home starts without the cache.
  }
  // A checkout that was not built runs from its sources, which needs a Node that strips types by itself.
  var built = new URL('../dist/main.js', import.meta.url);
  import(fs.existsSync(built) ? built.href : '../src/cli/main.ts');
}
