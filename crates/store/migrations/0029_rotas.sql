-- Rotas: who is on call follows from layers of turns and from changes for a span. start_at and end_at are instants, and
-- the end is not part of a span; hours and the start of a layer are kept as they were written, by the wall clock.
CREATE TABLE rota (
  id TEXT PRIMARY KEY,
  force TEXT NOT NULL,
  name TEXT NOT NULL,
  -- The role that the rota is asked for; empty for none. place orders the rotas of one role.
  role TEXT NOT NULL,
  place BIGINT NOT NULL,
  -- The hours that must be covered, a window on each line; empty for every hour.
  hours TEXT NOT NULL,
  -- The person who is told of gaps, and what they were told last.
  owner_id TEXT NOT NULL REFERENCES person (id),
  told TEXT NOT NULL DEFAULT '',
  created_at BIGINT NOT NULL,
  retired_at BIGINT,
  version BIGINT NOT NULL DEFAULT 1
);
CREATE UNIQUE INDEX rota_by_name ON rota (force, name) WHERE retired_at IS NULL;

-- A layer, or a temporary rota: that one has a span.
CREATE TABLE rota_layer (
  id TEXT PRIMARY KEY,
  rota_id TEXT NOT NULL REFERENCES rota (id),
  place BIGINT NOT NULL,
  name TEXT NOT NULL,
  -- A turn: so many hours, days or weeks.
  unit TEXT NOT NULL,
  turn BIGINT NOT NULL,
  -- The first hand-over, such as 2026-12-07T09:00:00.
  first TEXT NOT NULL,
  hours TEXT NOT NULL,
  start_at BIGINT,
  end_at BIGINT,
  created_at BIGINT NOT NULL,
  CHECK ((start_at IS NULL) = (end_at IS NULL))
);
CREATE INDEX rota_layer_by_rota ON rota_layer (rota_id);

CREATE TABLE rota_member (
  layer_id TEXT NOT NULL REFERENCES rota_layer (id),
  place BIGINT NOT NULL,
  person_id TEXT NOT NULL REFERENCES person (id),
  PRIMARY KEY (layer_id, place)
);
CREATE INDEX rota_member_by_person ON rota_member (person_id);

CREATE TABLE rota_override (
  id TEXT PRIMARY KEY,
  rota_id TEXT NOT NULL REFERENCES rota (id),
  -- add, remove, replace
  kind TEXT NOT NULL,
  -- Who is added or taken out; with_id stands in for them.
  person_id TEXT NOT NULL REFERENCES person (id),
  with_id TEXT REFERENCES person (id),
  start_at BIGINT NOT NULL,
  end_at BIGINT NOT NULL,
  reason TEXT NOT NULL,
  -- The other half of a swap; each half names it.
  swap_id TEXT,
  created_at BIGINT NOT NULL,
  withdrawn_at BIGINT,
  -- When the people in it were told of its present state; none while they are to be told.
  told_at BIGINT,
  CHECK (start_at < end_at),
  CHECK ((with_id IS NOT NULL) = (kind = 'replace'))
);
CREATE INDEX rota_override_by_rota ON rota_override (rota_id, end_at);
CREATE INDEX rota_override_by_person ON rota_override (person_id);
CREATE INDEX rota_override_by_with ON rota_override (with_id);

CREATE TABLE rota_note (
  id TEXT PRIMARY KEY,
  rota_id TEXT NOT NULL REFERENCES rota (id),
  person_id TEXT NOT NULL REFERENCES person (id),
  note TEXT NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE INDEX rota_note_by_rota ON rota_note (rota_id, created_at);
