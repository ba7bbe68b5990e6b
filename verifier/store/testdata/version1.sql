-- Times are microseconds since 1970, 0 for none. Keys of flows and sessions
-- are SHA-256 of what their holders have.
CREATE TABLE users (
  id           TEXT PRIMARY KEY,
  email        TEXT NOT NULL UNIQUE,
  password     TEXT NOT NULL,
  role         TEXT NOT NULL,
  created      INTEGER NOT NULL,
  failures     INTEGER NOT NULL DEFAULT 0,
  locked_until INTEGER NOT NULL DEFAULT 0,
  last_failure INTEGER NOT NULL DEFAULT 0
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
  spent     TEXT NOT NULL     -- newest steps first, for diagnosis only
) STRICT;
CREATE INDEX factors_of_user ON factors (user_id);

CREATE TABLE flows (
  key     BLOB PRIMARY KEY,
  kind    TEXT NOT NULL,
  user_id TEXT NOT NULL REFERENCES users (id),
  created INTEGER NOT NULL,
  expires INTEGER NOT NULL,
  factor  TEXT NOT NULL,
  proven  INTEGER NOT NULL,
  skipped INTEGER NOT NULL,
  done    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX flows_of_user ON flows (user_id);
CREATE INDEX flows_by_end ON flows (expires);

CREATE TABLE sessions (
  key     BLOB PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id),
  created INTEGER NOT NULL,
  expires INTEGER NOT NULL
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
  steps_off INTEGER
) STRICT;
