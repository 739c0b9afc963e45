-- Addresses from which a calendar program reads a person's own shifts on call: one a person. The address itself is shown once and not
-- kept; a row that is gone is an address that was withdrawn.
CREATE TABLE calendar_address (
  person_id TEXT PRIMARY KEY REFERENCES person (id),
  -- SHA-256 of the token in the address, hex.
  digest TEXT NOT NULL UNIQUE,
  made_at BIGINT NOT NULL,
  -- When a program last read it.
  read_at BIGINT
);
