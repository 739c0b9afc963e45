-- A person is told when another of their ways of being reached was changed: one more purpose of a message. Each channel's loop looks for
-- what is due on it.

CREATE TABLE delivery_new (
  id TEXT PRIMARY KEY,
  -- What makes it one and the same.
  key TEXT NOT NULL UNIQUE,
  -- call: calls somebody; code: verifies a way of being reached; answer: answers a text; change: tells a person that another of their
  -- ways was changed; event: tells a system of the force.
  purpose TEXT NOT NULL CHECK (purpose IN ('call', 'code', 'answer', 'change', 'event')),
  channel TEXT NOT NULL CHECK (channel IN ('mail', 'text', 'hook')),
  -- NULL where it goes to a system and not to a person.
  person_id TEXT REFERENCES person (id),
  -- The notice that it carries.
  notice_id TEXT REFERENCES notice (id),
  -- The way that it goes; NULL for the mail address of the register. No reference: the person may take the way away.
  method_id TEXT,
  place BIGINT NOT NULL,
  wait_minutes BIGINT NOT NULL,
  -- What it says, sealed; NULL once it is handed over or given up.
  content {bytes},
  state TEXT NOT NULL CHECK (state IN ('pending', 'sending', 'sent', 'delivered', 'failed', 'uncertain', 'withdrawn')),
  made_at BIGINT NOT NULL,
  -- When it is sent, or the provider is asked about it.
  due_at BIGINT,
  attempts BIGINT NOT NULL DEFAULT 0,
  provider_id TEXT,
  sent_at BIGINT,
  ended_at BIGINT,
  why TEXT,
  CHECK ((channel = 'hook') = (person_id IS NULL)),
  CHECK ((purpose = 'call') = (notice_id IS NOT NULL)),
  CHECK (state NOT IN ('pending', 'sending') OR due_at IS NOT NULL),
  CHECK (state IN ('pending', 'sending') OR content IS NULL),
  CHECK (state NOT IN ('pending', 'sending') OR content IS NOT NULL),
  CHECK (state <> 'sending' OR attempts > 0),
  CHECK (state NOT IN ('sent', 'delivered') OR sent_at IS NOT NULL),
  -- A text that was sent is asked about until it is known what became of it.
  CHECK (state <> 'sent' OR channel <> 'text' OR due_at IS NOT NULL),
  CHECK ((state IN ('delivered', 'failed', 'uncertain', 'withdrawn')) = (ended_at IS NOT NULL)),
  CHECK (ended_at IS NULL OR due_at IS NULL),
  CHECK (state NOT IN ('failed', 'uncertain') OR why IS NOT NULL)
);

INSERT INTO delivery_new (id, key, purpose, channel, person_id, notice_id, method_id, place, wait_minutes, content, state, made_at, due_at, attempts, provider_id, sent_at,
  ended_at, why)
SELECT id, key, purpose, channel, person_id, notice_id, method_id, place, wait_minutes, content, state, made_at, due_at, attempts, provider_id, sent_at,
  ended_at, why
FROM delivery;
DROP TABLE delivery;
ALTER TABLE delivery_new RENAME TO delivery;
CREATE INDEX delivery_due ON delivery (channel, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX delivery_by_notice ON delivery (notice_id, place) WHERE notice_id IS NOT NULL;
CREATE INDEX delivery_by_person ON delivery (person_id, made_at);
CREATE INDEX delivery_by_provider ON delivery (provider_id) WHERE provider_id IS NOT NULL;
