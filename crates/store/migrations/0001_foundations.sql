-- One text for SQLite and PostgreSQL. Times are milliseconds since 1970 (BIGINT), truth values 0 or 1, ids are UUIDs as
-- TEXT, {bytes} is BLOB or BYTEA.

CREATE TABLE meta (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
);

CREATE TABLE person (
  id TEXT PRIMARY KEY,
  force TEXT NOT NULL,
  number TEXT NOT NULL,
  name TEXT NOT NULL,
  email TEXT,
  role TEXT NOT NULL,
  unit TEXT,
  created_at BIGINT NOT NULL,
  ended_at BIGINT,
  UNIQUE (force, number)
);
CREATE INDEX person_by_name ON person (name, id);

CREATE TABLE device (
  id TEXT PRIMARY KEY,
  serial TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  force TEXT NOT NULL,
  holder_id TEXT REFERENCES person (id),
  asset_tag TEXT,
  model TEXT,
  created_at BIGINT NOT NULL,
  retired_at BIGINT,
  -- What list pages sort and filter by, kept beside the device so that a list is one index walk.
  enrolment_id TEXT,
  enrolment_state TEXT NOT NULL DEFAULT 'none',
  supervised BIGINT,
  os_version TEXT,
  last_contact_at BIGINT,
  met BIGINT NOT NULL DEFAULT 0,
  not_met BIGINT NOT NULL DEFAULT 0,
  not_known BIGINT NOT NULL DEFAULT 0,
  judged_at BIGINT
);
CREATE INDEX device_by_force_serial ON device (force, serial);
CREATE INDEX device_by_holder ON device (holder_id);
CREATE INDEX device_by_attention ON device (not_met, serial);
CREATE INDEX device_by_contact ON device (last_contact_at, serial);

CREATE TABLE terms_version (
  document TEXT NOT NULL,
  digest TEXT NOT NULL,
  clauses TEXT NOT NULL,
  first_seen_at BIGINT NOT NULL,
  PRIMARY KEY (document, digest)
);

CREATE TABLE acceptance (
  id TEXT PRIMARY KEY,
  person_id TEXT NOT NULL REFERENCES person (id),
  document TEXT NOT NULL,
  terms_digest TEXT NOT NULL,
  accepted_at BIGINT NOT NULL,
  shown TEXT NOT NULL,
  UNIQUE (person_id, document, terms_digest)
);

CREATE TABLE scep_challenge (
  digest TEXT PRIMARY KEY,
  device_id TEXT NOT NULL REFERENCES device (id),
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  used_at BIGINT
);
CREATE INDEX scep_challenge_by_expiry ON scep_challenge (expires_at);

CREATE TABLE certificate (
  sha256 TEXT PRIMARY KEY,
  serial TEXT NOT NULL UNIQUE,
  device_id TEXT NOT NULL REFERENCES device (id),
  issued_at BIGINT NOT NULL,
  not_after BIGINT NOT NULL,
  renewed_from TEXT,
  revoked_at BIGINT,
  revoked_why TEXT
);
CREATE INDEX certificate_by_device ON certificate (device_id);

CREATE TABLE enrolment (
  id TEXT PRIMARY KEY,
  device_id TEXT NOT NULL REFERENCES device (id),
  platform TEXT NOT NULL,
  channel TEXT NOT NULL,
  udid TEXT NOT NULL,
  user_id TEXT,
  user_name TEXT,
  certificate_sha256 TEXT NOT NULL,
  state TEXT NOT NULL,
  topic TEXT,
  push_token TEXT,
  push_magic TEXT,
  unlock_token {bytes},
  bootstrap_token {bytes},
  awaiting_configuration BIGINT NOT NULL DEFAULT 0,
  created_at BIGINT NOT NULL,
  enrolled_at BIGINT,
  ended_at BIGINT,
  ended_why TEXT,
  last_contact_at BIGINT,
  refresh_due_at BIGINT,
  push_due_at BIGINT,
  push_tried_at BIGINT,
  push_failed TEXT
);
CREATE INDEX enrolment_by_certificate ON enrolment (certificate_sha256) WHERE ended_at IS NULL;
CREATE UNIQUE INDEX enrolment_live_channel ON enrolment (device_id, channel, COALESCE(user_id, '')) WHERE ended_at IS NULL;
CREATE INDEX enrolment_refresh_due ON enrolment (refresh_due_at) WHERE ended_at IS NULL;
CREATE INDEX enrolment_push_due ON enrolment (push_due_at) WHERE push_due_at IS NOT NULL;

CREATE TABLE profile (
  digest TEXT PRIMARY KEY,
  platform TEXT NOT NULL,
  group_id TEXT NOT NULL,
  identifier TEXT NOT NULL,
  uuid TEXT NOT NULL,
  title TEXT NOT NULL,
  clauses TEXT NOT NULL,
  content {bytes} NOT NULL,
  created_at BIGINT NOT NULL
);

CREATE TABLE wanted_profile (
  platform TEXT NOT NULL,
  group_id TEXT NOT NULL,
  digest TEXT NOT NULL REFERENCES profile (digest),
  since BIGINT NOT NULL,
  PRIMARY KEY (platform, group_id)
);

CREATE TABLE device_profile (
  device_id TEXT NOT NULL REFERENCES device (id),
  identifier TEXT NOT NULL,
  digest TEXT NOT NULL,
  uuid TEXT NOT NULL,
  command_id TEXT NOT NULL,
  state TEXT NOT NULL,
  changed_at BIGINT NOT NULL,
  error TEXT,
  PRIMARY KEY (device_id, identifier)
);

CREATE TABLE command (
  id TEXT PRIMARY KEY,
  enrolment_id TEXT NOT NULL REFERENCES enrolment (id),
  request_type TEXT NOT NULL,
  lane BIGINT NOT NULL,
  spec TEXT NOT NULL,
  state TEXT NOT NULL,
  asked_by TEXT NOT NULL,
  approved_by TEXT,
  reason TEXT,
  case_id TEXT,
  queued_at BIGINT NOT NULL,
  delivered_at BIGINT,
  deliveries BIGINT NOT NULL DEFAULT 0,
  not_now_at BIGINT,
  finished_at BIGINT,
  error TEXT,
  result_digest TEXT
);
-- The hot path reads only this partial index: finished commands never slow it down.
CREATE INDEX command_pending ON command (enrolment_id, lane, id) WHERE finished_at IS NULL;
CREATE INDEX command_finished ON command (finished_at) WHERE finished_at IS NOT NULL;
CREATE INDEX command_by_enrolment ON command (enrolment_id, queued_at);

CREATE TABLE raw_message (
  id TEXT PRIMARY KEY,
  enrolment_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  digest TEXT NOT NULL,
  sealed {bytes} NOT NULL,
  received_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE INDEX raw_message_by_expiry ON raw_message (expires_at);

-- The facts of one kind of report from one device, replaced whole by a newer report of that kind and by nothing else.
CREATE TABLE fact_report (
  device_id TEXT NOT NULL REFERENCES device (id),
  report TEXT NOT NULL,
  facts TEXT NOT NULL,
  received_at BIGINT NOT NULL,
  PRIMARY KEY (device_id, report)
);

CREATE TABLE policy_version (
  digest TEXT PRIMARY KEY,
  files TEXT NOT NULL,
  first_loaded_at BIGINT NOT NULL
);

CREATE TABLE finding (
  subject_kind TEXT NOT NULL,
  subject_id TEXT NOT NULL,
  clause_id TEXT NOT NULL,
  outcome TEXT NOT NULL,
  detail TEXT NOT NULL,
  since BIGINT NOT NULL,
  judged_at BIGINT NOT NULL,
  evidence_id TEXT NOT NULL,
  PRIMARY KEY (subject_kind, subject_id, clause_id)
);
CREATE INDEX finding_by_clause ON finding (clause_id, outcome, subject_kind, subject_id);

CREATE TABLE evidence (
  id TEXT PRIMARY KEY,
  subject_kind TEXT NOT NULL,
  subject_id TEXT NOT NULL,
  clause_id TEXT NOT NULL,
  detail TEXT NOT NULL,
  judged_at BIGINT NOT NULL,
  confirmed_at BIGINT NOT NULL,
  policy_digest TEXT NOT NULL,
  clause_digest TEXT NOT NULL,
  basis TEXT NOT NULL
);
CREATE INDEX evidence_by_subject ON evidence (subject_kind, subject_id, clause_id, judged_at);

CREATE TABLE desk_case (
  id TEXT PRIMARY KEY,
  number BIGINT NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  force TEXT NOT NULL,
  device_id TEXT REFERENCES device (id),
  person_id TEXT REFERENCES person (id),
  clause_id TEXT,
  title TEXT NOT NULL,
  opened_at BIGINT NOT NULL,
  due_at BIGINT,
  closed_at BIGINT,
  closed_why TEXT
);
CREATE UNIQUE INDEX desk_case_open ON desk_case (device_id, clause_id, kind) WHERE closed_at IS NULL;
CREATE INDEX desk_case_by_time ON desk_case (opened_at);

CREATE TABLE case_event (
  id TEXT PRIMARY KEY,
  case_id TEXT NOT NULL REFERENCES desk_case (id),
  at BIGINT NOT NULL,
  actor TEXT NOT NULL,
  says TEXT NOT NULL
);
CREATE INDEX case_event_by_case ON case_event (case_id, at);

CREATE TABLE job (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  run_at BIGINT NOT NULL,
  next_at BIGINT,
  attempts BIGINT NOT NULL DEFAULT 0,
  lease_until BIGINT NOT NULL DEFAULT 0,
  last_error TEXT,
  dead_at BIGINT,
  created_at BIGINT NOT NULL,
  UNIQUE (kind, subject)
);
CREATE INDEX job_due ON job (run_at) WHERE dead_at IS NULL;

CREATE TABLE ledger_entry (
  id TEXT PRIMARY KEY,
  place BIGINT UNIQUE,
  at BIGINT NOT NULL,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  subject TEXT NOT NULL,
  force TEXT,
  clause_id TEXT,
  reason TEXT,
  detail_digest TEXT
);
CREATE INDEX ledger_entry_waiting ON ledger_entry (id) WHERE place IS NULL;
CREATE INDEX ledger_entry_by_time ON ledger_entry (at, id);
CREATE INDEX ledger_entry_by_subject ON ledger_entry (subject, at);

CREATE TABLE ledger_detail (
  entry_id TEXT PRIMARY KEY REFERENCES ledger_entry (id),
  salt {bytes} NOT NULL,
  detail {bytes} NOT NULL
);

CREATE TABLE ledger_node (
  level BIGINT NOT NULL,
  place BIGINT NOT NULL,
  hash {bytes} NOT NULL,
  PRIMARY KEY (level, place)
);

CREATE TABLE ledger_checkpoint (
  size BIGINT PRIMARY KEY,
  note TEXT NOT NULL,
  signed_at BIGINT NOT NULL
);

CREATE TABLE session (
  digest TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  person_id TEXT,
  role TEXT NOT NULL,
  force TEXT,
  created_at BIGINT NOT NULL,
  seen_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);

CREATE TABLE sign_in_link (
  digest TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  role TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  used_at BIGINT
);

-- Locked by whoever gives ledger entries their place: one node at a time.
INSERT INTO meta (name, value) VALUES ('ledger-lock', '');
