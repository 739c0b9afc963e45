-- Who had the directory ask for a role, as the ledger names them: an API token. They are not a second person to it.
ALTER TABLE role_grant ADD COLUMN asked_by TEXT;
