-- What people said when a clause that is asked from time to time was asked: yes, with its time, or later.
CREATE TABLE clause_reminder (
  person_id TEXT NOT NULL REFERENCES person (id),
  clause_id TEXT NOT NULL,
  answered_at BIGINT,
  later_until BIGINT,
  PRIMARY KEY (person_id, clause_id)
);
