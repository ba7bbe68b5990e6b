-- What a verifier of version 1 had kept.
INSERT INTO users (id, email, password, role, created, failures, locked_until, last_failure) VALUES
  ('u1', 'ada@example.com', '$argon2id$made-up', 'user', 1000000, 2, 4000000, 3000000),
  ('u2', 'grace@example.com', '$argon2id$made-up-too', 'admin', 2000000, 0, 0, 0);
INSERT INTO factors (id, user_id, method, name, issuer, label, sealed, algorithm, digits, period, created, confirmed,
  last_step, spent) VALUES
  ('f1', 'u1', 'totp', 'phone', 'Twofold', 'ada@example.com', X'000102ff', 'SHA256', 8, 60, 1000000, 2000000, 41, '41 40 '),
  ('f2', 'u1', 'totp', 'tablet', 'Twofold', 'ada@example.com', X'03', 'SHA1', 6, 30, 3000000, 0, -1, '');
INSERT INTO flows (key, kind, user_id, created, expires, factor, proven, skipped, done) VALUES
  (X'0100000000000000000000000000000000000000000000000000000000000000', 'sign_in', 'u1', 1000000, 9000000, 'f2', 2000000,
  3000000, 4000000);
INSERT INTO sessions (key, user_id, created, expires) VALUES
  (X'0200000000000000000000000000000000000000000000000000000000000000', 'u1', 1000000, 9000000);
INSERT INTO throttles (key, failures, locked_until, last_failure) VALUES
  (X'0300000000000000000000000000000000000000000000000000000000000000', 3, 2000000, 1000000);
INSERT INTO events (at, type, user, method, outcome, cause, steps_off) VALUES
  (1000000, 'code', 'ada@example.com', 'totp', 'refused', 'code_old_step', -3),
  (2000000, 'sign_out', 'ada@example.com', '', 'accepted', '', NULL);
PRAGMA user_version = 1;
PRAGMA application_id = 845573220;
