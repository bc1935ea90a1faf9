/** Where a value stands in an object of the API: `queue.name` is a field of a field. */

export function fieldOf(path: string): readonly string[] {
  return path.split('.');
}

export function valueAt(object: unknown, field: readonly string[]): unknown {
  return field.reduce((at: unknown, key) => (at as Record<string, unknown> | undefined)?.[key], object);
}
