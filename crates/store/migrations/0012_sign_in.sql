-- Signing in: what is under way, and whose a directory's account is.

-- The secrets of a sign-in, sealed, until the browser is back. Under the digest of what
-- the browser must bring; browser is the digest of the cookie of the one browser that may bring it.
CREATE TABLE sign_in_attempt (
  digest TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  browser TEXT NOT NULL,
  sealed {bytes} NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE INDEX sign_in_attempt_by_expiry ON sign_in_attempt (expires_at);

-- Whose an account of the directory is, from the first sign-in on: a name may be given to somebody else later, the
-- account's own identifier never is.
CREATE TABLE directory_account (
  issuer TEXT NOT NULL,
  subject TEXT NOT NULL,
  person_id TEXT NOT NULL REFERENCES person (id),
  bound_at BIGINT NOT NULL,
  PRIMARY KEY (issuer, subject),
  UNIQUE (issuer, person_id)
);
CREATE INDEX directory_account_by_person ON directory_account (person_id);

-- How somebody signed in, with what, and who they are where the register does not know them: those who came by links
-- for the same name are one somebody.
ALTER TABLE session ADD COLUMN how TEXT NOT NULL DEFAULT 'one-time-link';
ALTER TABLE session ADD COLUMN browser TEXT NOT NULL DEFAULT '';
ALTER TABLE session ADD COLUMN owner TEXT NOT NULL DEFAULT '';
CREATE INDEX session_by_owner ON session (owner);
ALTER TABLE sign_in_link ADD COLUMN person_id TEXT;
