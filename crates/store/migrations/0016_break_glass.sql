-- Accounts of administrators who get in while the directory is down, and their passkeys.

-- Marked on the server's command line. owner is whose sessions are theirs, also of one who is not in the register.
CREATE TABLE break_glass_account (
  owner TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  person_id TEXT REFERENCES person (id),
  marked_at BIGINT NOT NULL,
  ended_at BIGINT
);
CREATE INDEX break_glass_account_by_person ON break_glass_account (person_id);

-- What is kept of a passkey is public. One that was taken away stays, ended, so that the ledger can be read.
CREATE TABLE passkey (
  id TEXT PRIMARY KEY,
  owner TEXT NOT NULL REFERENCES break_glass_account (owner),
  label TEXT NOT NULL,
  credential TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  used_at BIGINT,
  ended_at BIGINT
);
CREATE INDEX passkey_by_owner ON passkey (owner);
CREATE INDEX passkey_by_use ON passkey (used_at);
