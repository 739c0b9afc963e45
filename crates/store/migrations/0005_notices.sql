-- What people are told: held until they are on duty unless the reason says otherwise, shown on their own page all the
-- while, and sent by mail where there is a mail service. One row a person and key, so that telling twice tells once.
CREATE TABLE notice (
  id TEXT PRIMARY KEY,
  person_id TEXT NOT NULL REFERENCES person (id),
  force TEXT NOT NULL,
  key TEXT NOT NULL,
  reason TEXT NOT NULL,
  case_id TEXT REFERENCES desk_case (id),
  -- Who decided that it cannot wait, and why: for a live matter.
  decided_by TEXT REFERENCES person (id),
  why TEXT,
  subject TEXT NOT NULL,
  body TEXT NOT NULL,
  link TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  -- waiting, mailed, shown (no mail service), undelivered
  state TEXT NOT NULL,
  -- When it is looked at next; NULL once nothing more is tried.
  due_at BIGINT,
  -- How the person stood to duty when that was last looked at.
  duty TEXT NOT NULL,
  told_at BIGINT,
  -- Told while not on duty: listed every month.
  exception BIGINT NOT NULL DEFAULT 0,
  attempts BIGINT NOT NULL DEFAULT 0,
  last_error TEXT,
  read_at BIGINT,
  UNIQUE (person_id, key)
);
CREATE INDEX notice_due ON notice (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX notice_by_person ON notice (person_id, created_at);
CREATE INDEX notice_exceptions ON notice (told_at) WHERE exception = 1;
CREATE INDEX notice_by_state ON notice (state, created_at);
