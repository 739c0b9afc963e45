-- How people are reached: their own ways in their own order, each message on each channel, and texts that came back.
CREATE TABLE contact_method (
  id TEXT PRIMARY KEY,
  person_id TEXT NOT NULL REFERENCES person (id),
  channel TEXT NOT NULL CHECK (channel IN ('mail', 'text')),
  -- NULL for the mail address of the register, which counts as verified.
  address TEXT,
  -- The order: the lowest is tried first.
  place BIGINT NOT NULL,
  -- After how many minutes without an answer the next one is tried.
  wait_minutes BIGINT NOT NULL CHECK (wait_minutes BETWEEN 1 AND 30),
  added_at BIGINT NOT NULL,
  verified_at BIGINT,
  -- When its person answered a text with STOP; NULL again once they answer with START.
  stopped_at BIGINT,
  -- The code that verifies it, as a digest.
  code_digest TEXT,
  code_until BIGINT,
  code_sent_at BIGINT,
  code_tries BIGINT NOT NULL DEFAULT 0,
  UNIQUE (person_id, channel, address),
  CHECK (address IS NOT NULL OR (channel = 'mail' AND verified_at IS NOT NULL)),
  CHECK ((code_digest IS NULL) = (code_until IS NULL)),
  CHECK (code_digest IS NULL OR verified_at IS NULL),
  CHECK (stopped_at IS NULL OR channel = 'text')
);
CREATE INDEX contact_method_by_address ON contact_method (address) WHERE address IS NOT NULL;

CREATE TABLE delivery (
  id TEXT PRIMARY KEY,
  -- What makes it one and the same.
  key TEXT NOT NULL UNIQUE,
  -- call: calls somebody; code: verifies a way of being reached; answer: answers a text; event: tells a system of the force.
  purpose TEXT NOT NULL CHECK (purpose IN ('call', 'code', 'answer', 'event')),
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
CREATE INDEX delivery_due ON delivery (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX delivery_by_notice ON delivery (notice_id, place) WHERE notice_id IS NOT NULL;
CREATE INDEX delivery_by_person ON delivery (person_id, made_at);
CREATE INDEX delivery_by_provider ON delivery (provider_id) WHERE provider_id IS NOT NULL;
CREATE INDEX delivery_by_time ON delivery (made_at);

-- A text that somebody sent to the service: its provider's id, so that each counts once. It keeps no number and no words.
CREATE TABLE received_text (
  id TEXT PRIMARY KEY,
  -- Whose number it came from, where that is known.
  person_id TEXT REFERENCES person (id),
  received_at BIGINT NOT NULL,
  -- taken, before, old, wrong, too-many, stop, start, unknown-number
  outcome TEXT NOT NULL
);
CREATE INDEX received_text_by_person ON received_text (person_id, received_at);
CREATE INDEX received_text_by_time ON received_text (received_at);

-- The code that answers a call by text, as a digest.
ALTER TABLE loss_message ADD COLUMN reply_digest TEXT;
CREATE INDEX loss_message_by_reply ON loss_message (reply_digest) WHERE reply_digest IS NOT NULL;
