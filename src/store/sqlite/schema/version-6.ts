/**
 * Version 6 of the schema: dead letters that wait for a queue that takes them are marked in `redelivered`, in the place of the end of a wait, by
 * a negative number. A version before would deliver them. No table changes.
 */
export const VERSION_6 = `
-- redelivered.messages: the third number of a message may be negative, if it is dead and waits for a queue that takes its letter
`;
