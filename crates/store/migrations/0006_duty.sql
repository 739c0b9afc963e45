-- Duty: patterns, who is on which, and whatever stands beside or instead of them. Days are YYYY-MM-DD in the force's own
-- calendar; start_at and end_at are instants, and the end is not part of a period.
CREATE TABLE duty_pattern (
  id TEXT PRIMARY KEY,
  force TEXT NOT NULL,
  name TEXT NOT NULL,
  -- cycle, week, listed
  shape TEXT NOT NULL,
  -- As they were written: a line a shift, and the days by the names of their shifts.
  shifts TEXT NOT NULL,
  days TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  version BIGINT NOT NULL DEFAULT 1,
  UNIQUE (force, name)
);

CREATE TABLE duty_assignment (
  id TEXT PRIMARY KEY,
  person_id TEXT NOT NULL REFERENCES person (id),
  pattern_id TEXT NOT NULL REFERENCES duty_pattern (id),
  anchor TEXT NOT NULL,
  from_day TEXT NOT NULL,
  until_day TEXT,
  created_at BIGINT NOT NULL,
  UNIQUE (person_id, from_day)
);
CREATE INDEX duty_assignment_by_pattern ON duty_assignment (pattern_id);

CREATE TABLE duty_period (
  id TEXT PRIMARY KEY,
  person_id TEXT NOT NULL REFERENCES person (id),
  -- shift, replaced, absence, on-call
  kind TEXT NOT NULL,
  -- The kind of an absence; empty for the others.
  absence TEXT NOT NULL,
  start_at BIGINT NOT NULL,
  end_at BIGINT NOT NULL,
  -- page, file, calendar
  source TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  UNIQUE (person_id, start_at, end_at, kind, absence)
);
CREATE INDEX duty_period_on_call ON duty_period (start_at, end_at) WHERE kind = 'on-call';
