/** Version 3 of the schema: an exchange may have a log, as a queue has, of the messages that it keeps for later. */
export const VERSION_3 = `
ALTER TABLE exchange ADD COLUMN log_id INTEGER
  /* page.queue_id of the messages it keeps for later, an id that no queue has; NULL where it keeps none */;
`;
