-- What a directory, a file or HR knows of a person beside their name and number. Days are YYYY-MM-DD in the force's own
-- calendar. user_name is set for as long as a directory provisions the person, and only then.

ALTER TABLE person ADD COLUMN user_name TEXT;
ALTER TABLE person ADD COLUMN external_id TEXT;
ALTER TABLE person ADD COLUMN phone TEXT;
ALTER TABLE person ADD COLUMN line_manager_id TEXT REFERENCES person (id);
ALTER TABLE person ADD COLUMN covert BIGINT NOT NULL DEFAULT 0;
ALTER TABLE person ADD COLUMN starts_on TEXT;
ALTER TABLE person ADD COLUMN last_day TEXT;
ALTER TABLE person ADD COLUMN source TEXT NOT NULL DEFAULT 'hand';
-- Counts every change: the entity tag for directories, and what tells a stale form.
ALTER TABLE person ADD COLUMN version BIGINT NOT NULL DEFAULT 1;
ALTER TABLE person ADD COLUMN changed_at BIGINT NOT NULL DEFAULT 0;
-- What the directory sent and only the directory uses (JSON): given so that it can read back what it wrote.
ALTER TABLE person ADD COLUMN directory TEXT;
ALTER TABLE person ADD COLUMN erased_at BIGINT;
UPDATE person SET changed_at = created_at;

CREATE UNIQUE INDEX person_by_user_name ON person (force, lower(user_name)) WHERE user_name IS NOT NULL;
CREATE INDEX person_by_external_id ON person (external_id) WHERE external_id IS NOT NULL;
CREATE INDEX person_by_line_manager ON person (line_manager_id) WHERE line_manager_id IS NOT NULL;
CREATE INDEX person_by_last_day ON person (last_day) WHERE last_day IS NOT NULL;
CREATE INDEX person_by_ended ON person (ended_at) WHERE ended_at IS NOT NULL;
