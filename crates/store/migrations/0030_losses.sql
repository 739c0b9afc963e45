-- Reports of lost devices, the calls that follow from them, and each message of a call.
CREATE TABLE loss_report (
  id TEXT PRIMARY KEY,
  -- Read over the radio.
  reference TEXT NOT NULL UNIQUE,
  force TEXT NOT NULL,
  -- The first report of this loss, which may be this one.
  loss_id TEXT NOT NULL,
  case_id TEXT NOT NULL REFERENCES desk_case (id),
  device_id TEXT REFERENCES device (id),
  -- How it came: public, signed-in, desk.
  came TEXT NOT NULL,
  -- Who reported it, where they were signed in.
  person_id TEXT REFERENCES person (id),
  -- lost, stolen, not-known
  how TEXT NOT NULL,
  -- What the report means: ours, unclear, not-ours, already, held-by-another.
  meaning TEXT NOT NULL,
  last_had_at BIGINT,
  reported_at BIGINT NOT NULL,
  -- The answers, sealed; NULL once they are forgotten.
  answers {bytes},
  -- The form that was sent: a second one of the same is the same report.
  form_digest TEXT NOT NULL UNIQUE,
  -- What the reporter comes back with.
  secret_digest TEXT NOT NULL,
  -- When the reporter said that it is found.
  found_at BIGINT
);
CREATE INDEX loss_report_by_loss ON loss_report (loss_id, reported_at);
CREATE INDEX loss_report_by_time ON loss_report (reported_at);
CREATE INDEX loss_report_by_case ON loss_report (case_id);

CREATE TABLE loss_call (
  loss_id TEXT PRIMARY KEY REFERENCES loss_report (id),
  force TEXT NOT NULL,
  case_id TEXT NOT NULL REFERENCES desk_case (id),
  device_id TEXT REFERENCES device (id),
  -- calling, taken, contained, acknowledged, ended
  standing TEXT NOT NULL,
  unanswered BIGINT NOT NULL,
  next_round BIGINT NOT NULL,
  next_step BIGINT NOT NULL,
  round BIGINT NOT NULL,
  step BIGINT NOT NULL,
  outstanding BIGINT NOT NULL,
  passed BIGINT NOT NULL,
  promised_by BIGINT NOT NULL,
  step_due BIGINT NOT NULL,
  -- When it is looked at next; NULL exactly where nothing more is to come.
  next_at BIGINT,
  began_at BIGINT NOT NULL,
  -- Who answered, when, and for whom where they did so for somebody else.
  answered_at BIGINT,
  answered_by TEXT,
  answered_for TEXT REFERENCES person (id),
  -- Whether the device had acknowledged its containment when somebody answered.
  answered_contained BIGINT,
  CHECK ((standing IN ('calling', 'taken')) = (next_at IS NOT NULL)),
  CHECK (standing NOT IN ('taken', 'acknowledged') OR answered_at IS NOT NULL)
);
CREATE INDEX loss_call_open ON loss_call (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX loss_call_by_case ON loss_call (case_id);
CREATE INDEX loss_call_by_device ON loss_call (device_id) WHERE next_at IS NOT NULL;

CREATE TABLE loss_message (
  id TEXT PRIMARY KEY,
  loss_id TEXT NOT NULL REFERENCES loss_call (loss_id),
  round BIGINT NOT NULL,
  step BIGINT NOT NULL,
  person_id TEXT NOT NULL REFERENCES person (id),
  notice_id TEXT,
  -- sent: handed to the notices; delivered, failed, withdrawn.
  state TEXT NOT NULL,
  made_at BIGINT NOT NULL,
  ended_at BIGINT,
  why TEXT,
  -- The link that answers the call.
  token_digest TEXT NOT NULL UNIQUE,
  token_until BIGINT NOT NULL,
  token_used_at BIGINT,
  UNIQUE (loss_id, round, step, person_id),
  CHECK ((state = 'sent') = (ended_at IS NULL))
);

-- Notices that call somebody: whom to tell what became of one, and the link that only its mail holds, sealed until it is sent.
CREATE TABLE notice_call (
  notice_id TEXT PRIMARY KEY REFERENCES notice (id),
  subject TEXT NOT NULL,
  link {bytes}
);
CREATE INDEX notice_call_by_subject ON notice_call (subject);
