-- How soon a due job is run: 0 before all others (a person waits for it, or a lost device), 1 in turn.
ALTER TABLE job ADD COLUMN lane BIGINT NOT NULL DEFAULT 1;
UPDATE job SET lane = 0 WHERE kind IN ('advance-call', 'follow-containment', 'lock-reported');
DROP INDEX job_due;
CREATE INDEX job_due ON job (lane, run_at) WHERE dead_at IS NULL;
