/** The API says null of what there is none of, and leaves out what it does not know: both are nothing to show. */
export function known<Value>(value: Value | null | undefined): value is Value {
  return value !== null && value !== undefined;
}
