/**
 * Version 9 of the schema: how far a queue was delivered has a row of its own for each priority, as PostgreSQL has it. It changes with nearly every batch,
 * and a queue's row is as wide as its arguments.
 */
export const VERSION_9 = `
CREATE TABLE progress (
  -- how far queues were delivered; no row: nothing was
  queue_id INTEGER NOT NULL,
  priority INTEGER NOT NULL, -- each has sequence numbers of its own; 0 in a queue without priorities
  delivered INTEGER NOT NULL, -- messages with lower sequence numbers may have been delivered before
  PRIMARY KEY (queue_id, priority)
) STRICT, WITHOUT ROWID;

INSERT INTO progress SELECT id, 0, delivered FROM queue WHERE delivered > 0;
INSERT INTO progress SELECT queue_id, number, delivered FROM lane;
DROP TABLE lane;

ALTER TABLE queue RENAME TO queue_before;
CREATE TABLE queue (
  -- durable queues
  id INTEGER PRIMARY KEY, -- never used twice
  vhost TEXT NOT NULL,
  name TEXT NOT NULL,
  auto_delete INTEGER NOT NULL, -- 0 or 1
  arguments BLOB NOT NULL, -- an AMQP field table as on the wire, without its length
  UNIQUE (vhost, name)
) STRICT;
INSERT INTO queue SELECT id, vhost, name, auto_delete, arguments FROM queue_before;
DROP TABLE queue_before;
`;
