// Whether this Node runs Leveret. It keeps to old syntax, so that an old Node gets as far as this check: with one, better-sqlite3 would crash the
// process without a word.

/** True if it is too old, which is told. */
export function isTooOld(program) {
  var version = process.versions.node.split('.').map(Number);
  if (version[0] > 22 || (version[0] === 22 && version[1] >= 14)) return false;
  console.error(
    program +
      ': Node.js ' +
      process.versions.node +
      ' is too old: Leveret needs 22.14 or newer. Install it from https://nodejs.org, or run "npx -p node@24 leveret".',
  );
  return true;
}
