/** What an operator can do about a file that cannot be read or written, by what SQLite or the system says of it. */

const ADVICE: readonly (readonly [RegExp, string])[] = [
  [/SQLITE_FULL|SQLITE_IOERR_SHMSIZE|ENOSPC/, 'Free some disk space.'],
  [/SQLITE_READONLY|EROFS/, 'The file or its file system is read-only: make it writable again.'],
  [/EACCES|EPERM/, 'Run this as the user of the broker, or give this one the permissions.'],
  [/SQLITE_BUSY|SQLITE_LOCKED/, 'Another program holds a lock on the file: end that program.'],
  [/-wal was removed while/, 'Put it back, or restart the broker: what it held is put into leveret.db until then.'],
  [
    /-wal was replaced while/,
    'Put the one back that was there. If it is lost, restart the broker: what it held is gone.',
  ],
  [
    /was truncated while/,
    'What was cut off is gone: let consumers take what there is, and then restart the broker, or restore the data folder from a backup.',
  ],
  [
    /was (removed|replaced) while/,
    'Put it back. If it is lost, let consumers take what there is, and then restart the broker: the rest is gone.',
  ],
  [/SQLITE_(CORRUPT|NOTADB)/, 'The file is damaged: stop the broker and run "leveret store check".'],
  [/the writer ended/, 'Restart the broker, and report the reason if it was no lack of memory.'],
];
const OTHERWISE = 'Check the disk, the permissions of the folder, and the log of the system.';

/** `reason`: what it says, with its code. */
export function troubleAdvice(reason: string): string {
  return ADVICE.find(([pattern]) => pattern.test(reason))?.[1] ?? OTHERWISE;
}
