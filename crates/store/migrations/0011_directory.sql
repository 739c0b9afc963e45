-- Directories: the tokens that they come with, the groups that they send; files of people that wait to be applied.

CREATE TABLE api_token (
  id TEXT PRIMARY KEY,
  digest TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  scope TEXT NOT NULL,
  force TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  created_by TEXT NOT NULL,
  expires_at BIGINT NOT NULL,
  last_used_at BIGINT,
  ended_at BIGINT,
  ended_by TEXT
);
CREATE INDEX api_token_by_time ON api_token (created_at, id);

CREATE TABLE directory_group (
  id TEXT PRIMARY KEY,
  force TEXT NOT NULL,
  name TEXT NOT NULL,
  external_id TEXT,
  version BIGINT NOT NULL DEFAULT 1,
  created_at BIGINT NOT NULL,
  changed_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX directory_group_by_name ON directory_group (force, lower(name));
CREATE INDEX directory_group_by_external_id ON directory_group (external_id) WHERE external_id IS NOT NULL;

CREATE TABLE directory_member (
  group_id TEXT NOT NULL REFERENCES directory_group (id),
  person_id TEXT NOT NULL REFERENCES person (id),
  since BIGINT NOT NULL,
  PRIMARY KEY (group_id, person_id)
);
CREATE INDEX directory_member_by_person ON directory_member (person_id);

-- A file of people between its preview and its end. The content is sealed; only its digest stays.
CREATE TABLE people_import (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  force TEXT NOT NULL,
  digest TEXT NOT NULL,
  content {bytes},
  mapping TEXT NOT NULL,
  made_by TEXT NOT NULL,
  made_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  applied_at BIGINT,
  outcome TEXT
);
CREATE INDEX people_import_by_expiry ON people_import (expires_at);
