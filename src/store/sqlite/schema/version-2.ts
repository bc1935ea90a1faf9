/** Version 2 of the schema: deduplication. */
export const VERSION_2 = `
CREATE TABLE seen (
  -- deduplication: the keys of messages that a queue took in one batch; removed when all of them are forgotten
  id INTEGER PRIMARY KEY, -- in the order of the batches
  queue_id INTEGER NOT NULL,
  newest INTEGER NOT NULL, -- when the last of them was seen, in milliseconds since the epoch
  count INTEGER NOT NULL, -- keys
  checksum INTEGER NOT NULL, -- CRC-32 of the other columns but the id
  keys BLOB NOT NULL
) STRICT;

CREATE INDEX seen_by_queue ON seen (queue_id, newest);
`;
