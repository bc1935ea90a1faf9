/** The first schema: the whole of an empty store. */
export const VERSION_1 = `
CREATE TABLE vhost (
  name TEXT PRIMARY KEY,
  description TEXT NOT NULL,
  tags TEXT NOT NULL -- JSON array of strings
) STRICT, WITHOUT ROWID;

CREATE TABLE exchange (
  -- durable exchanges, the predeclared ones included where the broker stores them
  vhost TEXT NOT NULL,
  name TEXT NOT NULL,
  type TEXT NOT NULL, -- direct, fanout, topic, headers, ...
  auto_delete INTEGER NOT NULL, -- 0 or 1
  internal INTEGER NOT NULL, -- 0 or 1
  arguments BLOB NOT NULL, -- an AMQP field table as on the wire, without its length
  PRIMARY KEY (vhost, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE queue (
  -- durable queues
  id INTEGER PRIMARY KEY, -- never used twice
  vhost TEXT NOT NULL,
  name TEXT NOT NULL,
  auto_delete INTEGER NOT NULL, -- 0 or 1
  arguments BLOB NOT NULL, -- an AMQP field table as on the wire, without its length
  delivered INTEGER NOT NULL DEFAULT 0, -- messages with lower sequence numbers may have been delivered before
  UNIQUE (vhost, name)
) STRICT;

CREATE TABLE binding (
  vhost TEXT NOT NULL,
  source TEXT NOT NULL, -- an exchange
  destination_type TEXT NOT NULL, -- queue or exchange
  destination TEXT NOT NULL,
  routing_key TEXT NOT NULL,
  arguments BLOB NOT NULL, -- an AMQP field table as on the wire, without its length
  PRIMARY KEY (vhost, source, destination_type, destination, routing_key, arguments)
) STRICT, WITHOUT ROWID;

CREATE TABLE user (
  name TEXT PRIMARY KEY,
  password_hash TEXT NOT NULL, -- base64 of a 4-byte salt and the hash of salt and password
  hashing_algorithm TEXT NOT NULL,
  tags TEXT NOT NULL -- JSON array of strings
) STRICT, WITHOUT ROWID;

CREATE TABLE permission (
  user TEXT NOT NULL,
  vhost TEXT NOT NULL,
  configure TEXT NOT NULL, -- regular expressions, matched against names
  write TEXT NOT NULL,
  read TEXT NOT NULL,
  PRIMARY KEY (user, vhost)
) STRICT, WITHOUT ROWID;

CREATE TABLE parameter (
  -- policies, limits and what else the broker keeps by name
  component TEXT NOT NULL,
  vhost TEXT NOT NULL, -- empty: global
  name TEXT NOT NULL,
  value TEXT NOT NULL, -- JSON
  PRIMARY KEY (component, vhost, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE page (
  -- a run of a queue's messages, written at once; removed when all of them are settled
  id INTEGER PRIMARY KEY, -- never used twice
  queue_id INTEGER NOT NULL,
  base INTEGER NOT NULL, -- sequence number that the records count from
  first_seq INTEGER NOT NULL, -- sequence numbers of the first and the last message
  last_seq INTEGER NOT NULL,
  count INTEGER NOT NULL, -- messages
  bytes INTEGER NOT NULL, -- length of data
  checksum INTEGER NOT NULL, -- CRC-32 of the other columns
  bodies BLOB, -- pairs of 64-bit floats, lowest byte first: position in the page, body.id; NULL: none
  data BLOB NOT NULL -- the messages; the last column, so that start-up reads the others without it
) STRICT;

CREATE INDEX page_of_queue ON page (queue_id);

CREATE TABLE settled (
  -- which messages of a page were acknowledged or dropped already; no row: none
  page_id INTEGER PRIMARY KEY,
  checksum INTEGER NOT NULL, -- CRC-32 of the other columns
  bitmap BLOB NOT NULL -- bit n, lowest first, is the n-th message of the page
) STRICT;

CREATE TABLE body (
  -- message bodies kept apart from the pages that refer to them (page.bodies)
  id INTEGER PRIMARY KEY, -- never used twice
  bytes INTEGER NOT NULL, -- length of data
  checksum INTEGER NOT NULL, -- CRC-32 of the other columns
  data BLOB NOT NULL
) STRICT;

CREATE TABLE counter (
  -- the next ids: all those in use, now or before, are below
  name TEXT PRIMARY KEY, -- queue, page or body
  next INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO counter VALUES ('queue', 1), ('page', 1), ('body', 1);
`;
