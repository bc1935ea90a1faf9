/** What an error says, where errors hold others: in one line, for a person. */
export function reasonOf(error: unknown): string {
  // What went wrong first, and not what its disposal met with afterwards.
  if (error instanceof SuppressedError) return reasonOf(error.suppressed);
  // A name with several addresses, none of which answers.
  if (error instanceof AggregateError && error.errors.length > 0) return error.errors.map(reasonOf).join('; ');
  return error instanceof Error ? error.message : String(error);
}
