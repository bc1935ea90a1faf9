#!/usr/bin/env node
// The entry point: checks the Node that runs it, then hands over to the command line. It keeps to old syntax, so that an
// old Node gets as far as the check: with one, better-sqlite3 would crash the process without a word.
var version = process.versions.node.split('.').map(Number);
if (version[0] < 22 || (version[0] === 22 && version[1] < 14)) {
  console.error(
    'leveret: Node.js ' +
      process.versions.node +
      ' is too old: Leveret needs 22.14 or newer. Install it from https://nodejs.org, or run "npx -p node@24 leveret".',
  );
  process.exit(78);
} else {
  start();
}

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
