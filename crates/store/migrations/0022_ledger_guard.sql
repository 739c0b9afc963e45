-- What a node found that it does not sign: a ledger that does not continue what it signed last.
CREATE TABLE ledger_stop (
  id TEXT PRIMARY KEY,
  found_at BIGINT NOT NULL,
  -- cut, rewritten, damaged, forgotten, unreadable
  kind TEXT NOT NULL,
  says TEXT NOT NULL,
  -- The note that the node remembered, where it did.
  remembered TEXT,
  size BIGINT NOT NULL,
  -- When, by whom and why an operator went on from there.
  accepted_at BIGINT,
  accepted_by TEXT,
  accepted_why TEXT
);
CREATE INDEX ledger_stop_open ON ledger_stop (found_at) WHERE accepted_at IS NULL;
-- Checkpoints that were signed over entries which are no longer there: kept, and no longer part of an export.
CREATE TABLE ledger_void_checkpoint (
  stop_id TEXT NOT NULL,
  size BIGINT NOT NULL,
  note TEXT NOT NULL,
  signed_at BIGINT NOT NULL,
  PRIMARY KEY (stop_id, size)
);
