/** Answers that the broker sent within the page, because the page would ask for them first. */

/** How long they count, in milliseconds since the page was asked for. */
const FRESH_MS = 5000;

let answers = JSON.parse(document.querySelector('#answers')?.textContent ?? '{}') as Record<string, unknown>;

/** The answer to GET of this path; undefined if there is none, or it is old. */
export function sentAlong<Answer>(path: string): Answer | undefined {
  return performance.now() < FRESH_MS ? (answers[path] as Answer | undefined) : undefined;
}

/** They are for who was signed in then. */
export function forgetSent(): void {
  answers = {};
}
