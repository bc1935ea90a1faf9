/** Version 7 of the schema: what is stored may be sealed. */
export const VERSION_7 = `
CREATE TABLE sealing (
  -- the keys that page.data, body.data, body_part.data, seen.keys, user.password_hash and parameter.value are sealed by (these two in base64);
  -- no row: they are not sealed
  id INTEGER PRIMARY KEY, -- sealed bytes begin with it
  wrapped BLOB NOT NULL -- the key, sealed under the key that the broker is started with
) STRICT;
`;
