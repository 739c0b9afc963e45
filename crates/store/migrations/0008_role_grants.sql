-- Who has which role, from where, until when. A grant is ended, never deleted: who could do what on a given day must be
-- answerable later. One past its time counts as none without anybody ending it.
CREATE TABLE role_grant (
  id TEXT PRIMARY KEY,
  person_id TEXT NOT NULL REFERENCES person (id),
  role TEXT NOT NULL,
  -- 1: over the things of both forces; 0: over those of the person's own.
  both_forces BIGINT NOT NULL,
  -- hand: said_by is the actor who gave it; directory: said_by is the group.
  source TEXT NOT NULL,
  said_by TEXT NOT NULL,
  reason TEXT NOT NULL,
  granted_at BIGINT NOT NULL,
  until BIGINT,
  ended_at BIGINT,
  ended_by TEXT
);
CREATE INDEX role_grant_person ON role_grant (person_id, ended_at);
CREATE INDEX role_grant_open ON role_grant (ended_at, granted_at);
