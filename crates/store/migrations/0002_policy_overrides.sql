-- A version of the policy is its files and what the force's settings put over their parameters: without the second, an
-- old judgement could not be reached again.
ALTER TABLE policy_version ADD COLUMN overrides TEXT NOT NULL DEFAULT '{}';
