-- Use off duty: sign-ins to this service, and use of other systems that feed their logs. Still one row a person and day, for
-- each system. `system` is the name of the feed's API token; empty for this service.
CREATE TABLE off_duty_use (
  id TEXT PRIMARY KEY,
  person_id TEXT NOT NULL REFERENCES person (id),
  force TEXT NOT NULL,
  -- The unit as it was then; empty where it was not known.
  unit TEXT NOT NULL,
  day TEXT NOT NULL,
  system TEXT NOT NULL,
  at BIGINT NOT NULL,
  -- live-incident, recalled, policing, own-affairs, not-me; NULL while nothing was said.
  purpose TEXT,
  stated_at BIGINT,
  UNIQUE (person_id, day, system)
);
CREATE INDEX off_duty_use_by_day ON off_duty_use (force, day);
INSERT INTO off_duty_use (id, person_id, force, unit, day, system, at, purpose, stated_at)
  SELECT id, person_id, force, unit, day, '', at, purpose, stated_at FROM off_duty_sign_in;
DROP TABLE off_duty_sign_in;
