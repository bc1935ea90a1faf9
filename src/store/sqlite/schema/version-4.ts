/** Version 4 of the schema: large bodies in parts. From here on `body.bytes` is the length of all parts together. */
export const VERSION_4 = `
CREATE TABLE body_part (
  -- the beginning of a body that is too large for one row, in parts; its end is in body.data, and body.bytes counts all
  body_id INTEGER NOT NULL,
  start INTEGER NOT NULL, -- where in the body it begins
  checksum INTEGER NOT NULL, -- CRC-32 of the other columns
  data BLOB NOT NULL,
  PRIMARY KEY (body_id, start)
) STRICT;
`;
