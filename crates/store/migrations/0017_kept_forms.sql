-- What somebody had typed when their session ended, sealed, for the same somebody to send after signing in again.
CREATE TABLE kept_form (
  digest TEXT PRIMARY KEY,
  owner TEXT NOT NULL,
  path TEXT NOT NULL,
  sealed {bytes} NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE INDEX kept_form_by_owner ON kept_form (owner);
CREATE INDEX kept_form_by_expiry ON kept_form (expires_at);
