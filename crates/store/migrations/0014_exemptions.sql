-- Who is exempt from a clause. Whom it is about, who decided and why lie sealed: that somebody is exempt says what they do.
CREATE TABLE clause_exemption (
  id TEXT PRIMARY KEY,
  force TEXT NOT NULL,
  clause_id TEXT NOT NULL,
  sealed {bytes} NOT NULL,
  created_at BIGINT NOT NULL,
  until_at BIGINT NOT NULL,
  ended_at BIGINT
);
CREATE INDEX clause_exemption_live ON clause_exemption (force, clause_id) WHERE ended_at IS NULL;
