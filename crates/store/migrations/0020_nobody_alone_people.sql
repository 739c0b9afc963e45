-- Nobody alone, the people's half: when a session was proven, who confirmed a role, alarms, and directories that would take
-- over somebody who has a role.

-- When the person last proved that they are there. NULL: not known, so they are asked again.
ALTER TABLE session ADD COLUMN proven_at BIGINT;

-- When the person first signed in; NULL: never, as far as is known.
ALTER TABLE person ADD COLUMN signed_in_at BIGINT;
UPDATE person SET signed_in_at = (SELECT min(a.bound_at) FROM directory_account a WHERE a.person_id = person.id);

-- 1: asked for, and counts for nothing until somebody else confirms it.
ALTER TABLE role_grant ADD COLUMN waits BIGINT NOT NULL DEFAULT 0;
ALTER TABLE role_grant ADD COLUMN confirmed_at BIGINT;
ALTER TABLE role_grant ADD COLUMN confirmed_by TEXT;
CREATE INDEX role_grant_waiting ON role_grant (granted_at) WHERE waits = 1;

-- What administrators and information security are told at once. It stays on the overview until somebody other than who
-- caused it has seen to it.
CREATE TABLE alarm (
  id TEXT PRIMARY KEY,
  -- Empty: both forces.
  force TEXT NOT NULL,
  kind TEXT NOT NULL,
  -- Who caused it, as the ledger names them.
  caused_by TEXT NOT NULL,
  subject TEXT NOT NULL,
  body TEXT NOT NULL,
  link TEXT NOT NULL,
  raised_at BIGINT NOT NULL,
  -- How often the same happened within a few minutes, and how many people were told.
  times BIGINT NOT NULL DEFAULT 1,
  told BIGINT NOT NULL DEFAULT 0,
  acknowledged_at BIGINT,
  acknowledged_by TEXT
);
CREATE INDEX alarm_open ON alarm (raised_at) WHERE acknowledged_at IS NULL;

-- A directory that would provision a person who has a role: nothing is changed until an administrator confirms it.
CREATE TABLE directory_takeover (
  person_id TEXT PRIMARY KEY REFERENCES person (id),
  asked_by TEXT NOT NULL,
  user_name TEXT NOT NULL,
  external_id TEXT NOT NULL,
  asked_at BIGINT NOT NULL,
  confirmed_at BIGINT,
  confirmed_by TEXT
);
