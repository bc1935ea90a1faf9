/**
 * Version 8 of the schema: a page says how large the bodies of its messages are, so that a limit on bytes reads none of them at a start. A version
 * before would take that for a reference. No table changes: a column of its own would stand behind the messages, which a start does not read.
 */
export const VERSION_8 = `
-- page.bodies: the first pair may be -1 and the size of the bodies of all messages of the page in bytes
`;
