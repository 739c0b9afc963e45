-- Whom a waiting file is about, where it is about one person, and what was answered about its rows (JSON).
ALTER TABLE file_import ADD COLUMN about TEXT NOT NULL DEFAULT '';
ALTER TABLE file_import ADD COLUMN answers TEXT NOT NULL DEFAULT '{}';
