-- The wording of a version as it was shown, so that an accepted text can be shown again whatever the policy says by then.
ALTER TABLE terms_version ADD COLUMN shown TEXT NOT NULL DEFAULT '[]';

-- How a person stands to the terms of a document that asks something of them. `missing` is none, awareness or terms: what
-- is not accepted in its current wording. The times from asked_at on are those of the asking that is under way.
CREATE TABLE terms_standing (
  person_id TEXT NOT NULL REFERENCES person (id),
  document TEXT NOT NULL,
  digest TEXT NOT NULL,
  missing TEXT NOT NULL,
  accepted_at BIGINT,
  asked_at BIGINT,
  due_at BIGINT,
  reminded_at BIGINT,
  manager_told_at BIGINT,
  lapsed_at BIGINT,
  adjusted TEXT,
  PRIMARY KEY (person_id, document)
);
CREATE INDEX terms_standing_by_document ON terms_standing (document, missing);

-- Sections that a person has read and answered, by the digest of their wording.
CREATE TABLE terms_read (
  person_id TEXT NOT NULL REFERENCES person (id),
  section TEXT NOT NULL,
  read_at BIGINT NOT NULL,
  PRIMARY KEY (person_id, section)
);

-- How many tries a question took: which clause is badly understood, not who is quick.
CREATE TABLE terms_answer (
  person_id TEXT NOT NULL REFERENCES person (id),
  clause_id TEXT NOT NULL,
  wording TEXT NOT NULL,
  tries BIGINT NOT NULL,
  right_at BIGINT,
  PRIMARY KEY (person_id, clause_id, wording)
);
CREATE INDEX terms_answer_by_clause ON terms_answer (clause_id, wording);
