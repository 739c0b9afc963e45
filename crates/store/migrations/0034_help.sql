-- Help for holders: requests about passwords with their proofs, reports of faults, and devices restricted after signs of tampering.
CREATE TABLE password_reset (
  id TEXT PRIMARY KEY,
  force TEXT NOT NULL,
  case_id TEXT NOT NULL REFERENCES desk_case (id),
  device_id TEXT NOT NULL REFERENCES device (id),
  person_id TEXT NOT NULL REFERENCES person (id),
  -- forgotten, known
  cause TEXT NOT NULL,
  -- telephone, in-person, signed-in
  came TEXT NOT NULL,
  -- Whether the person has a role for which one proof must be in person or vouched.
  privileged BIGINT NOT NULL,
  opened_by TEXT NOT NULL,
  opened_at BIGINT NOT NULL,
  -- The form that was sent: a second one of the same is the same request.
  form_digest TEXT NOT NULL UNIQUE,
  state TEXT NOT NULL,
  -- Who asked for the decision, with the proofs recorded.
  asked_by TEXT,
  asked_at BIGINT,
  decided_by TEXT,
  decided_at BIGINT,
  command_id TEXT,
  cleared_at BIGINT,
  -- The number that the desk reads out, sealed, until when it counts, and how often another was entered.
  number {bytes},
  number_until BIGINT,
  number_tries BIGINT NOT NULL,
  -- Whether the line manager was asked to vouch.
  vouch_asked_at BIGINT,
  -- Reminders sent to the holder.
  reminders BIGINT NOT NULL,
  ended_at BIGINT,
  -- When it is looked at next; NULL exactly where it is over.
  next_at BIGINT,
  CHECK ((ended_at IS NULL) = (next_at IS NOT NULL)),
  CHECK ((state IN ('changing', 'proving', 'deciding', 'ordered', 'cleared', 'by-hand')) = (ended_at IS NULL)),
  CHECK (state NOT IN ('deciding', 'ordered', 'cleared') OR asked_by IS NOT NULL),
  CHECK (state NOT IN ('ordered', 'cleared') OR (decided_by IS NOT NULL AND command_id IS NOT NULL))
);
CREATE UNIQUE INDEX password_reset_open ON password_reset (device_id) WHERE ended_at IS NULL;
CREATE INDEX password_reset_by_person ON password_reset (person_id, opened_at);
CREATE INDEX password_reset_by_case ON password_reset (case_id);
CREATE INDEX password_reset_next ON password_reset (next_at) WHERE next_at IS NOT NULL;

CREATE TABLE reset_proof (
  id TEXT PRIMARY KEY,
  reset_id TEXT NOT NULL REFERENCES password_reset (id),
  -- call-back, number, vouched, in-person
  kind TEXT NOT NULL,
  given BIGINT NOT NULL,
  by_actor TEXT NOT NULL,
  at BIGINT NOT NULL
);
CREATE INDEX reset_proof_by_reset ON reset_proof (reset_id, at);
-- Each proof counts once.
CREATE UNIQUE INDEX reset_proof_given ON reset_proof (reset_id, kind) WHERE given = 1;

CREATE TABLE fault_report (
  id TEXT PRIMARY KEY,
  force TEXT NOT NULL,
  case_id TEXT NOT NULL REFERENCES desk_case (id),
  device_id TEXT NOT NULL REFERENCES device (id),
  -- Its holder, where there is one.
  person_id TEXT REFERENCES person (id),
  -- fault, damage, tampered
  kind TEXT NOT NULL,
  reported_by TEXT NOT NULL,
  reported_at BIGINT NOT NULL,
  form_digest TEXT NOT NULL UNIQUE
);
CREATE INDEX fault_report_by_case ON fault_report (case_id, reported_at);

CREATE TABLE quarantine (
  id TEXT PRIMARY KEY,
  device_id TEXT NOT NULL REFERENCES device (id),
  case_id TEXT NOT NULL REFERENCES desk_case (id),
  began_at BIGINT NOT NULL,
  began_by TEXT NOT NULL,
  ended_at BIGINT,
  ended_by TEXT
);
CREATE UNIQUE INDEX quarantine_open ON quarantine (device_id) WHERE ended_at IS NULL;
