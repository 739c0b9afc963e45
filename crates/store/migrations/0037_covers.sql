-- Requests for cover: somebody on call asks a colleague of the same rota to take a span of their shift. What is agreed becomes an
-- override of the rota. start_at and end_at are instants, and the end is not part of the span.
CREATE TABLE rota_cover (
  id TEXT PRIMARY KEY,
  rota_id TEXT NOT NULL REFERENCES rota (id),
  -- Who asks, and whom.
  person_id TEXT NOT NULL REFERENCES person (id),
  with_id TEXT NOT NULL REFERENCES person (id),
  start_at BIGINT NOT NULL,
  end_at BIGINT NOT NULL,
  reason TEXT NOT NULL,
  -- asked, agreed, declined, withdrawn, lapsed
  state TEXT NOT NULL,
  asked_at BIGINT NOT NULL,
  -- When the colleague agreed or declined, it was taken back, or it lapsed.
  ended_at BIGINT,
  -- The override that an agreement made.
  override_id TEXT,
  -- When the people in it were told of its present state; none while they are to be told.
  told_at BIGINT,
  CHECK (start_at < end_at),
  CHECK (person_id <> with_id),
  CHECK ((state = 'asked') = (ended_at IS NULL)),
  CHECK ((state = 'agreed') = (override_id IS NOT NULL))
);
CREATE INDEX rota_cover_by_rota ON rota_cover (rota_id, end_at);
CREATE INDEX rota_cover_by_person ON rota_cover (person_id, asked_at);
CREATE INDEX rota_cover_by_with ON rota_cover (with_id, asked_at);
CREATE INDEX rota_cover_by_override ON rota_cover (override_id) WHERE override_id IS NOT NULL;
