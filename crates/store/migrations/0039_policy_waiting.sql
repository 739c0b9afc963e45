-- Versions of the policy that are weaker than the one in force: each waits until one person has asked for it, with a reason, and
-- others have confirmed it.
CREATE TABLE policy_waiting (
  id TEXT PRIMARY KEY,
  digest TEXT NOT NULL,
  -- As in policy_version: path to text, and the parameter values of the settings, both JSON.
  files TEXT NOT NULL,
  overrides TEXT NOT NULL,
  -- The digest of the version in force that it was compared with, and what it weakens: a JSON list of sentences.
  compared_with TEXT NOT NULL,
  weakens TEXT NOT NULL,
  found_at BIGINT NOT NULL,
  asked_at BIGINT,
  asked_by TEXT,
  reason TEXT,
  ended_at BIGINT,
  ended_by TEXT,
  -- confirmed, withdrawn, lapsed, superseded
  outcome TEXT,
  CHECK ((asked_at IS NULL) = (asked_by IS NULL)),
  CHECK ((asked_at IS NULL) = (reason IS NULL)),
  CHECK ((ended_at IS NULL) = (outcome IS NULL)),
  CHECK ((ended_at IS NULL) = (ended_by IS NULL)),
  CHECK (outcome IS NULL OR outcome IN ('confirmed', 'withdrawn', 'lapsed', 'superseded')),
  CHECK (outcome IS NULL OR outcome <> 'confirmed' OR asked_at IS NOT NULL)
);
CREATE UNIQUE INDEX policy_waiting_open ON policy_waiting (digest) WHERE ended_at IS NULL;

-- Who confirmed it for which force.
CREATE TABLE policy_confirmation (
  waiting_id TEXT NOT NULL REFERENCES policy_waiting (id),
  force TEXT NOT NULL,
  confirmed_at BIGINT NOT NULL,
  confirmed_by TEXT NOT NULL,
  PRIMARY KEY (waiting_id, force)
);
