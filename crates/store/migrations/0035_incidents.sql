-- The form of an incident, the clock that began with it, what was added and decided; and files that are attached to cases.
CREATE TABLE incident (
  id TEXT PRIMARY KEY,
  case_id TEXT NOT NULL UNIQUE REFERENCES desk_case (id),
  force TEXT NOT NULL,
  -- Its form, as the policy names it, and the kind of breach; empty where nobody said.
  form TEXT NOT NULL,
  kind TEXT NOT NULL,
  device_id TEXT REFERENCES device (id),
  -- Who fills in the reporter's half.
  person_id TEXT REFERENCES person (id),
  opened_at BIGINT NOT NULL,
  -- When the force became aware.
  aware_at BIGINT NOT NULL,
  due_at BIGINT NOT NULL,
  -- Counts what was changed, added and decided.
  version BIGINT NOT NULL,
  -- The reporter's answers and the assessor's, sealed; NULL before the first is saved, and once they are erased.
  answers {bytes},
  sent_at BIGINT,
  sent_by TEXT,
  assessment {bytes},
  assessed_at BIGINT,
  assessed_by TEXT,
  -- none, possible, confirmed, not-notifiable, notified
  clock TEXT NOT NULL,
  ends_at BIGINT,
  -- How many warnings went out, and when the incident is looked at next.
  warned BIGINT NOT NULL,
  next_at BIGINT,
  -- The sealed case of professional standards that it was referred to.
  referral_id TEXT REFERENCES desk_case (id),
  -- The form of the page on which somebody reported it: a second one of the same is the same report.
  once TEXT UNIQUE,
  -- When what it held was erased.
  erased_at BIGINT,
  CHECK ((sent_at IS NULL) = (sent_by IS NULL)),
  CHECK ((assessed_at IS NULL) = (assessed_by IS NULL)),
  CHECK ((clock = 'none') = (ends_at IS NULL)),
  CHECK (clock NOT IN ('possible', 'confirmed') OR next_at IS NOT NULL)
);
CREATE INDEX incident_by_next ON incident (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX incident_by_time ON incident (opened_at, id);
CREATE INDEX incident_by_person ON incident (person_id, opened_at);

CREATE TABLE incident_entry (
  id TEXT PRIMARY KEY,
  incident_id TEXT NOT NULL REFERENCES incident (id),
  -- The version of the incident that it made.
  version BIGINT NOT NULL,
  at BIGINT NOT NULL,
  -- Who, as the ledger names them.
  actor TEXT NOT NULL,
  -- opened, sent, added, assessed, confirmed, not-notifiable, notified, reopened, warned, ended
  what TEXT NOT NULL,
  -- What was said, sealed; NULL where nothing was, and once it is erased.
  said {bytes},
  UNIQUE (incident_id, version)
);

CREATE TABLE case_file (
  id TEXT PRIMARY KEY,
  case_id TEXT NOT NULL REFERENCES desk_case (id),
  -- SHA-256 of the bytes received, in hex.
  digest TEXT NOT NULL,
  -- By content: image/jpeg, image/png, image/heic, application/pdf, text/plain.
  media TEXT NOT NULL,
  -- The name that the sender gave it, without a path.
  name TEXT NOT NULL,
  size BIGINT NOT NULL,
  added_at BIGINT NOT NULL,
  added_by TEXT NOT NULL,
  -- The bytes received, sealed; NULL once they are erased.
  body {bytes},
  UNIQUE (case_id, digest)
);
