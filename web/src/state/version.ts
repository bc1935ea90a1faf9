/** Which broker this page came from, and whether another answers now: it may ask for what that does not know, or not show what it has. */
import { useAnswer } from './answer.ts';

const EVERY_MS = 60_000;

/** The version that answered first. It is kept for as long as the page is there: who signs in anew may do so at another broker. */
let first: string | undefined;

/** The version of the broker that answers now, if it is another than the one that the page came from. */
export function useOtherVersion(): string | undefined {
  const { data } = useAnswer<{ readonly leveret_version: string }>(
    '/overview?columns=leveret_version&disable_stats=true',
    { every: EVERY_MS },
  );
  const version = data?.leveret_version;
  first ??= version;
  return version === first ? undefined : version;
}
