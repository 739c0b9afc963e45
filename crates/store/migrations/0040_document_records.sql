-- What people do about documents: approvals by each force, recorded reviews, comparisons with the original, and the cases of overdue
-- reviews.
CREATE TABLE document_approval (
  id TEXT PRIMARY KEY,
  document_id TEXT NOT NULL,
  -- The digest of its cover and of its clauses' words: another wording has another.
  digest TEXT NOT NULL,
  force TEXT NOT NULL,
  approved_at BIGINT NOT NULL,
  approved_by TEXT NOT NULL,
  UNIQUE (document_id, digest, force)
);
CREATE INDEX document_approval_by_time ON document_approval (document_id, approved_at);

CREATE TABLE document_review (
  id TEXT PRIMARY KEY,
  document_id TEXT NOT NULL,
  -- The review date that the document's file had then; NULL where it had none. Days are written 2026-11-30.
  paper_date TEXT,
  reviewed_on TEXT NOT NULL,
  outcome TEXT NOT NULL CHECK (outcome IN ('unchanged', 'to-change', 'to-withdraw')),
  says TEXT NOT NULL,
  next_on TEXT NOT NULL,
  laws_looked_at BIGINT NOT NULL CHECK (laws_looked_at IN (0, 1)),
  recorded_at BIGINT NOT NULL,
  recorded_by TEXT NOT NULL
);
CREATE INDEX document_review_by_time ON document_review (document_id, recorded_at);

CREATE TABLE document_check (
  id TEXT PRIMARY KEY,
  document_id TEXT NOT NULL,
  -- SHA-256 that the document's file names, and that of the bytes that were given, in hex.
  wanted TEXT NOT NULL,
  given TEXT NOT NULL,
  checked_at BIGINT NOT NULL,
  checked_by TEXT NOT NULL
);
CREATE INDEX document_check_by_time ON document_check (document_id, checked_at);

CREATE TABLE review_case (
  case_id TEXT PRIMARY KEY REFERENCES desk_case (id),
  document_id TEXT NOT NULL,
  force TEXT NOT NULL
);
CREATE INDEX review_case_by_document ON review_case (document_id, force);
