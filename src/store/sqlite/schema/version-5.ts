/** Version 5 of the schema: how often messages were delivered, and how far each level of a priority queue was. */
export const VERSION_5 = `
CREATE TABLE redelivered (
  -- messages of a page that were delivered more than once, or wait before they are again; no row: none
  page_id INTEGER PRIMARY KEY,
  checksum INTEGER NOT NULL, -- CRC-32 of the other columns
  messages BLOB NOT NULL -- for each three 64-bit floats, lowest byte first: sequence number less page.base, times
                         -- delivered, end of its wait in milliseconds since the epoch
) STRICT;

CREATE TABLE lane (
  -- queue.delivered of the other lanes of a queue, which are the levels of a priority queue above 0
  queue_id INTEGER NOT NULL,
  number INTEGER NOT NULL,
  delivered INTEGER NOT NULL, -- messages of the lane with lower sequence numbers may have been delivered before
  PRIMARY KEY (queue_id, number)
) STRICT, WITHOUT ROWID;

-- Until now the one number was that of the level delivered from last, and a level has 2^44 sequence numbers.
INSERT INTO lane SELECT id, delivered >> 44, delivered FROM queue WHERE delivered >> 44 > 0;
UPDATE queue SET delivered = 0 WHERE delivered >> 44 > 0;
`;
