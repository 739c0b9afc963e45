-- What is to be done in a case, step by step; the events in people's working lives that open cases; legal holds.

-- Who took the case on, as the ledger names them, and how it ended: a word beside the reason in closed_why.
ALTER TABLE desk_case ADD COLUMN owner TEXT;
ALTER TABLE desk_case ADD COLUMN closed_how TEXT;
UPDATE desk_case SET closed_how = 'breach-over' WHERE closed_at IS NOT NULL AND closed_why IN ('met again', 'no longer asked');
UPDATE desk_case SET closed_how = 'by-hand' WHERE closed_at IS NOT NULL AND closed_how IS NULL;
CREATE INDEX desk_case_by_kind ON desk_case (kind, opened_at);
CREATE INDEX desk_case_by_person ON desk_case (person_id, opened_at);

CREATE TABLE case_step (
  id TEXT PRIMARY KEY,
  case_id TEXT NOT NULL REFERENCES desk_case (id),
  place BIGINT NOT NULL,
  name TEXT NOT NULL,
  -- What it is about, such as device:UUID; empty where it is about no thing.
  item TEXT NOT NULL DEFAULT '',
  title TEXT NOT NULL,
  who TEXT NOT NULL,
  person_id TEXT REFERENCES person (id),
  clause_id TEXT,
  proof_kind TEXT NOT NULL,
  due_at BIGINT,
  done_at BIGINT,
  done_by TEXT,
  outcome TEXT,
  proof TEXT,
  UNIQUE (case_id, place)
);
CREATE INDEX case_step_by_item ON case_step (item, name) WHERE done_at IS NULL AND item <> '';
CREATE INDEX case_step_by_person ON case_step (person_id) WHERE done_at IS NULL;

-- A reminder goes out once for a time limit; a limit that moves is a new one.
CREATE TABLE case_chase (
  case_id TEXT NOT NULL REFERENCES desk_case (id),
  place BIGINT NOT NULL,
  due_at BIGINT NOT NULL,
  sent_at BIGINT NOT NULL,
  PRIMARY KEY (case_id, place, due_at)
);

CREATE TABLE person_event (
  id TEXT PRIMARY KEY,
  person_id TEXT NOT NULL REFERENCES person (id),
  force TEXT NOT NULL,
  kind TEXT NOT NULL,
  on_day TEXT NOT NULL,
  until_day TEXT,
  carries_device BIGINT NOT NULL DEFAULT 0,
  clause_id TEXT,
  -- Whether anything follows from it, and why or why not, in words.
  asks BIGINT NOT NULL,
  because TEXT NOT NULL,
  due_at BIGINT,
  case_id TEXT REFERENCES desk_case (id),
  source TEXT NOT NULL,
  -- What the source calls it: the same message twice is one event.
  source_ref TEXT,
  recorded_at BIGINT NOT NULL,
  recorded_by TEXT NOT NULL,
  cancelled_at BIGINT,
  cancelled_why TEXT
);
CREATE UNIQUE INDEX person_event_once ON person_event (person_id, kind, on_day) WHERE cancelled_at IS NULL;
CREATE INDEX person_event_by_day ON person_event (on_day, id);
CREATE INDEX person_event_by_person ON person_event (person_id, on_day);
CREATE INDEX person_event_by_case ON person_event (case_id);
CREATE INDEX person_event_by_source ON person_event (source, source_ref);

CREATE TABLE legal_hold (
  id TEXT PRIMARY KEY,
  device_id TEXT NOT NULL REFERENCES device (id),
  force TEXT NOT NULL,
  reference TEXT NOT NULL,
  why TEXT NOT NULL,
  case_id TEXT REFERENCES desk_case (id),
  placed_at BIGINT NOT NULL,
  placed_by TEXT NOT NULL,
  ended_at BIGINT,
  ended_by TEXT,
  ended_why TEXT
);
CREATE UNIQUE INDEX legal_hold_once ON legal_hold (device_id, reference) WHERE ended_at IS NULL;
