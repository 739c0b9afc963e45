-- What a transaction that judged has changed, as lines under one entry of the ledger. The entry states the root over them.
CREATE TABLE finding_batch (
  entry_id TEXT PRIMARY KEY,
  subject_kind TEXT NOT NULL,
  subject_id TEXT NOT NULL,
  at BIGINT NOT NULL,
  lines TEXT NOT NULL
);
CREATE INDEX finding_batch_by_subject ON finding_batch (subject_kind, subject_id, at, entry_id);
-- The secret from which the salts of the evidence's facts follow, base64. Evidence from before findings were entered gets one
-- when it is carried over.
ALTER TABLE evidence ADD COLUMN salt TEXT;
CREATE INDEX evidence_without_salt ON evidence (subject_kind, subject_id) WHERE salt IS NULL;
-- Where there is no evidence yet, there is nothing to carry over.
INSERT INTO meta (name, value) SELECT 'findings-carried-over', 'nothing' WHERE NOT EXISTS (SELECT 1 FROM evidence);
-- Cosignatures of witnesses on this ledger's checkpoints: the signature line, which stands under the note.
CREATE TABLE ledger_cosignature (
  size BIGINT NOT NULL,
  witness TEXT NOT NULL,
  line TEXT NOT NULL,
  cosigned_at BIGINT NOT NULL,
  PRIMARY KEY (size, witness)
);
-- When the service was running, in spans of whole minutes: what nobody can have heard in between is not known.
CREATE TABLE service_span (
  began_at BIGINT PRIMARY KEY,
  until BIGINT NOT NULL
);
