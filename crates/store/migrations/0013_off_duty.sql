-- Sign-ins to this service by people who were off duty or away: one a person and day, so that nobody's evenings can be
-- retraced from it. The person may say what it was for. Kept for a hundred days.
CREATE TABLE off_duty_sign_in (
  id TEXT PRIMARY KEY,
  person_id TEXT NOT NULL REFERENCES person (id),
  force TEXT NOT NULL,
  -- The unit as it was then; empty where it was not known.
  unit TEXT NOT NULL,
  day TEXT NOT NULL,
  at BIGINT NOT NULL,
  -- live-incident, recalled, policing, own-affairs, not-me; NULL while nothing was said.
  purpose TEXT,
  stated_at BIGINT,
  UNIQUE (person_id, day)
);
CREATE INDEX off_duty_by_day ON off_duty_sign_in (force, day);

-- The months whose review was opened.
CREATE TABLE off_duty_review (
  force TEXT NOT NULL,
  month TEXT NOT NULL,
  case_id TEXT NOT NULL REFERENCES desk_case (id),
  PRIMARY KEY (force, month)
);
