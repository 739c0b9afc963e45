-- One table for waiting files, whatever they are of; those that waited before were of people.
ALTER TABLE people_import RENAME TO file_import;
ALTER TABLE file_import ADD COLUMN kind TEXT NOT NULL DEFAULT 'people';
