-- Times are microseconds since 1970, 0 for none. Keys are SHA-256 of what
-- their holders have, and so are recovery codes; codes that were sent are
-- hashed under the service's key.
CREATE TABLE users (
  id             TEXT PRIMARY KEY,
  email          TEXT NOT NULL UNIQUE,
  password       TEXT NOT NULL,
  role           TEXT NOT NULL,
  created        INTEGER NOT NULL,
  failures       INTEGER NOT NULL DEFAULT 0,
  locked_until   INTEGER NOT NULL DEFAULT 0,
  last_failure   INTEGER NOT NULL DEFAULT 0,
  email_verified INTEGER NOT NULL DEFAULT 0,
  phone          TEXT NOT NULL DEFAULT '',
  phone_verified INTEGER NOT NULL DEFAULT 0,
  office         TEXT NOT NULL DEFAULT '',
  disabled       INTEGER NOT NULL DEFAULT 0,
  temporary      INTEGER NOT NULL DEFAULT 0,
  temporary_used INTEGER NOT NULL DEFAULT 0,
  preferred      TEXT NOT NULL DEFAULT '',
  questions      TEXT NOT NULL DEFAULT '' -- JSON, with digests of the answers
) STRICT;

CREATE TABLE factors (
  id        TEXT PRIMARY KEY,
  user_id   TEXT NOT NULL REFERENCES users (id),
  method    TEXT NOT NULL,
  name      TEXT NOT NULL,
  issuer    TEXT NOT NULL,
  label     TEXT NOT NULL,
  sealed    BLOB NOT NULL,
  algorithm TEXT NOT NULL,
  digits    INTEGER NOT NULL,
  period    INTEGER NOT NULL, -- seconds
  created   INTEGER NOT NULL,
  confirmed INTEGER NOT NULL,
  last_step INTEGER NOT NULL,
  spent     TEXT NOT NULL, -- newest steps first, for diagnosis only
  target    TEXT NOT NULL DEFAULT '',
  deferred  INTEGER NOT NULL DEFAULT 0,
  drift     INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX factors_of_user ON factors (user_id);
CREATE INDEX factors_by_confirmed ON factors (confirmed, id) WHERE confirmed <> 0;

CREATE TABLE flows (
  key     BLOB PRIMARY KEY,
  kind    TEXT NOT NULL,
  user_id TEXT NOT NULL REFERENCES users (id),
  created INTEGER NOT NULL,
  expires INTEGER NOT NULL,
  factor  TEXT NOT NULL,
  proven  INTEGER NOT NULL,
  skipped INTEGER NOT NULL,
  done    INTEGER NOT NULL,
  chosen  TEXT NOT NULL DEFAULT '',
  device  TEXT NOT NULL DEFAULT '',
  method  TEXT NOT NULL DEFAULT '',
  target  TEXT NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;
CREATE INDEX flows_of_user ON flows (user_id);
CREATE INDEX flows_by_end ON flows (expires);

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

CREATE TABLE sessions (
  key     BLOB PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id),
  created INTEGER NOT NULL,
  expires INTEGER NOT NULL,
  device  TEXT NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_of_user ON sessions (user_id);
CREATE INDEX sessions_by_end ON sessions (expires);

CREATE TABLE throttles (
  key          BLOB PRIMARY KEY,
  failures     INTEGER NOT NULL,
  locked_until INTEGER NOT NULL,
  last_failure INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX throttles_by_end ON throttles (last_failure);

CREATE TABLE events (
  seq       INTEGER PRIMARY KEY AUTOINCREMENT,
  at        INTEGER NOT NULL,
  type      TEXT NOT NULL,
  user      TEXT NOT NULL,
  method    TEXT NOT NULL,
  outcome   TEXT NOT NULL,
  cause     TEXT NOT NULL,
  steps_off INTEGER,
  operator  TEXT NOT NULL DEFAULT '',
  detail    TEXT NOT NULL DEFAULT ''
) STRICT;
