-- What a person's calendar entered, so that a later version of it replaces it. A series is known by the SHA-256 of its UID:
-- the UIDs of some systems hold names.
CREATE TABLE duty_series (
  person_id TEXT NOT NULL REFERENCES person (id),
  series TEXT NOT NULL,
  sequence BIGINT NOT NULL,
  stamped_at BIGINT,
  -- When its last period ends.
  ends_at BIGINT NOT NULL,
  PRIMARY KEY (person_id, series)
);
ALTER TABLE duty_period ADD COLUMN series TEXT NOT NULL DEFAULT '';
-- When the series itself would have the period begin: what exceptions name it by.
ALTER TABLE duty_period ADD COLUMN slot_at BIGINT;
CREATE INDEX duty_period_by_series ON duty_period (person_id, series, start_at) WHERE series <> '';
