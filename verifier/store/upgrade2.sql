-- From version 1: accounts with contacts, states and questions; factors of
-- e-mail and SMS; codes that were sent, recovery codes, trusted devices and
-- links.
ALTER TABLE users ADD COLUMN email_verified INTEGER NOT NULL DEFAULT 0;
ALTER TABLE users ADD COLUMN phone TEXT NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN phone_verified INTEGER NOT NULL DEFAULT 0;
ALTER TABLE users ADD COLUMN office TEXT NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN disabled INTEGER NOT NULL DEFAULT 0;
ALTER TABLE users ADD COLUMN temporary INTEGER NOT NULL DEFAULT 0;
ALTER TABLE users ADD COLUMN temporary_used INTEGER NOT NULL DEFAULT 0;
ALTER TABLE users ADD COLUMN preferred TEXT NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN questions TEXT NOT NULL DEFAULT '';

ALTER TABLE factors ADD COLUMN target TEXT NOT NULL DEFAULT '';
ALTER TABLE factors ADD COLUMN deferred INTEGER NOT NULL DEFAULT 0;
ALTER TABLE factors ADD COLUMN drift INTEGER NOT NULL DEFAULT 0;
CREATE INDEX factors_by_confirmed ON factors (confirmed, id) WHERE confirmed <> 0;

ALTER TABLE flows ADD COLUMN chosen TEXT NOT NULL DEFAULT '';
ALTER TABLE flows ADD COLUMN device TEXT NOT NULL DEFAULT '';
ALTER TABLE flows ADD COLUMN method TEXT NOT NULL DEFAULT '';
ALTER TABLE flows ADD COLUMN target TEXT NOT NULL DEFAULT '';

ALTER TABLE sessions ADD COLUMN device TEXT NOT NULL DEFAULT '';

ALTER TABLE events ADD COLUMN operator TEXT NOT NULL DEFAULT '';
ALTER TABLE events ADD COLUMN detail TEXT NOT NULL DEFAULT '';

CREATE TABLE challenges (
  seq     INTEGER PRIMARY KEY, -- in the order they were sent, whatever the clock did
  id      TEXT NOT NULL UNIQUE,
  flow    BLOB NOT NULL REFERENCES flows (key) ON DELETE CASCADE,
  method  TEXT NOT NULL,
  target  TEXT NOT NULL,
  hash    BLOB NOT NULL,
  sent    INTEGER NOT NULL,
  expires INTEGER NOT NULL,
  spent   INTEGER NOT NULL,
  failed  INTEGER NOT NULL
) STRICT;
CREATE INDEX challenges_of_flow ON challenges (flow);

CREATE TABLE recovery (
  user_id TEXT NOT NULL REFERENCES users (id),
  code    BLOB NOT NULL, -- digest
  spent   INTEGER NOT NULL,
  PRIMARY KEY (user_id, code)
) STRICT, WITHOUT ROWID;

CREATE TABLE devices (
  key     BLOB PRIMARY KEY,
  id      TEXT NOT NULL UNIQUE,
  user_id TEXT NOT NULL REFERENCES users (id),
  name    TEXT NOT NULL,
  created INTEGER NOT NULL,
  expires INTEGER NOT NULL,
  used    INTEGER NOT NULL,
  revoked INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX devices_of_user ON devices (user_id);
CREATE INDEX devices_by_end ON devices (expires);

CREATE TABLE links (
  key     BLOB PRIMARY KEY,
  kind    TEXT NOT NULL,
  user_id TEXT NOT NULL REFERENCES users (id),
  created INTEGER NOT NULL,
  expires INTEGER NOT NULL,
  spent   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX links_of_user ON links (user_id);
CREATE INDEX links_by_end ON links (expires);
