-- Entries of the registers of permissions and exceptions: asked for, decided, in force for a time, over. Each change of
-- state counts the version up, so that of two people at once only one is heard.
CREATE TABLE permission_entry (
  id TEXT PRIMARY KEY,
  number BIGINT NOT NULL UNIQUE,
  -- Made with the form, so that a form sent twice makes one entry.
  once TEXT NOT NULL UNIQUE,
  register_id TEXT NOT NULL,
  force TEXT NOT NULL,
  state TEXT NOT NULL,
  version BIGINT NOT NULL DEFAULT 0,
  person_id TEXT REFERENCES person (id),
  device_id TEXT REFERENCES device (id),
  clause_id TEXT,
  fields TEXT NOT NULL,
  because TEXT NOT NULL,
  asked_by TEXT NOT NULL,
  asked_name TEXT NOT NULL,
  asked_person TEXT,
  asked_at BIGINT NOT NULL,
  wanted_until BIGINT NOT NULL,
  due_at BIGINT,
  agreed_by TEXT,
  agreed_name TEXT,
  agreed_seat BIGINT,
  decided_by TEXT,
  decided_name TEXT,
  decided_at BIGINT,
  decision TEXT,
  conditions TEXT,
  starts_at BIGINT,
  ends_at BIGINT,
  reviewed_at BIGINT,
  warned_at BIGINT,
  ended_at BIGINT,
  ended_why TEXT
);
CREATE INDEX grant_entry_by_time ON permission_entry (asked_at, id);
CREATE INDEX grant_entry_by_device ON permission_entry (device_id) WHERE device_id IS NOT NULL;
CREATE INDEX grant_entry_by_register ON permission_entry (register_id, state);

-- For whom an entry holds: the person that it is for, and their deputies.
CREATE TABLE permission_person (
  person_id TEXT NOT NULL REFERENCES person (id),
  entry_id TEXT NOT NULL REFERENCES permission_entry (id),
  PRIMARY KEY (person_id, entry_id)
);

-- The clauses whose risk an entry accepts.
CREATE TABLE permission_clause (
  clause_id TEXT NOT NULL,
  entry_id TEXT NOT NULL REFERENCES permission_entry (id),
  PRIMARY KEY (clause_id, entry_id)
);

-- A network's password, sealed, for as long as the entry lasts.
CREATE TABLE permission_secret (
  entry_id TEXT PRIMARY KEY REFERENCES permission_entry (id),
  sealed {bytes} NOT NULL
);

CREATE TABLE permission_event (
  id TEXT PRIMARY KEY,
  entry_id TEXT NOT NULL REFERENCES permission_entry (id),
  at BIGINT NOT NULL,
  actor TEXT NOT NULL,
  says TEXT NOT NULL
);
CREATE INDEX grant_event_by_entry ON permission_event (entry_id, at);

-- What one device is sent instead of its platform's profile of that identifier, for as long as an entry lasts. Sealed,
-- because a network's password may be in it; the digest is over everything but that.
CREATE TABLE own_profile (
  device_id TEXT NOT NULL REFERENCES device (id),
  identifier TEXT NOT NULL,
  digest TEXT NOT NULL,
  sealed {bytes} NOT NULL,
  made_at BIGINT NOT NULL,
  PRIMARY KEY (device_id, identifier)
);
