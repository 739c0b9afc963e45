-- Orders are kept in our own words, and what one vendor alone needs of an enrolment goes into a table of its own.
CREATE TABLE apple_enrolment (
  enrolment_id TEXT PRIMARY KEY REFERENCES enrolment (id),
  unlock_token {bytes},
  bootstrap_token {bytes}
);
INSERT INTO apple_enrolment (enrolment_id, unlock_token, bootstrap_token)
  SELECT id, unlock_token, bootstrap_token FROM enrolment WHERE unlock_token IS NOT NULL OR bootstrap_token IS NOT NULL;
ALTER TABLE enrolment DROP COLUMN unlock_token;
ALTER TABLE enrolment DROP COLUMN bootstrap_token;
-- Where the vendor's push service reaches the channel; the vendor alone reads it.
ALTER TABLE enrolment ADD COLUMN push_address TEXT;
UPDATE enrolment SET push_address = topic || ' ' || push_token || ' ' || push_magic
  WHERE topic IS NOT NULL AND push_token IS NOT NULL AND push_magic IS NOT NULL;
ALTER TABLE enrolment DROP COLUMN topic;
ALTER TABLE enrolment DROP COLUMN push_token;
ALTER TABLE enrolment DROP COLUMN push_magic;
-- The device's own identifier, which its messages carry.
ALTER TABLE enrolment RENAME COLUMN udid TO device_key;
ALTER TABLE enrolment RENAME COLUMN awaiting_configuration TO awaits_settings;

ALTER TABLE command RENAME COLUMN request_type TO word;
UPDATE command SET spec = REPLACE(spec, '"sealed_pin":', '"sealed_code":') WHERE word IN ('DeviceLock', 'EraseDevice');
UPDATE command SET word = 'lock', spec = REPLACE(spec, '{"do":"device-lock"', '{"do":"lock"') WHERE word = 'DeviceLock';
UPDATE command SET word = 'lost-mode', spec = REPLACE(spec, '{"do":"enable-lost-mode"', '{"do":"lost-mode"') WHERE word = 'EnableLostMode';
UPDATE command SET word = 'lost-mode-off', spec = REPLACE(spec, '{"do":"disable-lost-mode"', '{"do":"lost-mode-off"') WHERE word = 'DisableLostMode';
UPDATE command SET word = 'locate', spec = REPLACE(spec, '{"do":"device-location"', '{"do":"locate"') WHERE word = 'DeviceLocation';
UPDATE command SET word = 'sound', spec = REPLACE(spec, '{"do":"play-lost-mode-sound"', '{"do":"sound"') WHERE word = 'PlayLostModeSound';
UPDATE command SET word = 'clear-passcode' WHERE word = 'ClearPasscode';
UPDATE command SET word = 'erase', spec = REPLACE(spec, '{"do":"erase-device"', '{"do":"erase"') WHERE word = 'EraseDevice';
UPDATE command SET word = 'restart', spec = REPLACE(spec, '{"do":"restart-device"', '{"do":"restart"') WHERE word = 'RestartDevice';
UPDATE command SET word = 'shut-down', spec = REPLACE(spec, '{"do":"shut-down-device"', '{"do":"shut-down"') WHERE word = 'ShutDownDevice';
UPDATE command SET word = 'install-settings', spec = REPLACE(REPLACE(spec, '{"do":"install-profile"', '{"do":"install-settings"'),
  '{"do":"install-own-profile"', '{"do":"install-own-settings"') WHERE word = 'InstallProfile';
UPDATE command SET word = 'remove-settings', spec = REPLACE(spec, '{"do":"remove-profile"', '{"do":"remove-settings"') WHERE word = 'RemoveProfile';
UPDATE command SET word = 'finish-setup', spec = REPLACE(spec, '{"do":"device-configured"', '{"do":"finish-setup"') WHERE word = 'DeviceConfigured';
UPDATE command SET word = 'bluetooth' WHERE word = 'Settings';
UPDATE command SET word = 'ask-device', spec = '{"do":"ask","question":"device"}' WHERE word = 'DeviceInformation';
UPDATE command SET word = 'ask-security', spec = '{"do":"ask","question":"security"}' WHERE word = 'SecurityInfo';
UPDATE command SET word = 'ask-settings', spec = '{"do":"ask","question":"settings"}' WHERE word = 'ProfileList';
UPDATE command SET word = 'ask-restrictions', spec = '{"do":"ask","question":"restrictions"}' WHERE word = 'Restrictions';
UPDATE command SET word = 'ask-apps', spec = '{"do":"ask","question":"apps"}' WHERE word = 'InstalledApplicationList';
UPDATE command SET word = 'ask-certificates', spec = '{"do":"ask","question":"certificates"}' WHERE word = 'CertificateList';

-- Messages and reports are known by the order that they answer.
UPDATE raw_message SET kind = CASE kind WHEN 'Authenticate' THEN 'enrolment' WHEN 'DeviceLock' THEN 'lock' WHEN 'EnableLostMode' THEN 'lost-mode'
  WHEN 'DisableLostMode' THEN 'lost-mode-off' WHEN 'DeviceLocation' THEN 'locate' WHEN 'PlayLostModeSound' THEN 'sound'
  WHEN 'ClearPasscode' THEN 'clear-passcode' WHEN 'EraseDevice' THEN 'erase' WHEN 'RestartDevice' THEN 'restart' WHEN 'ShutDownDevice' THEN 'shut-down'
  WHEN 'InstallProfile' THEN 'install-settings' WHEN 'RemoveProfile' THEN 'remove-settings' WHEN 'DeviceConfigured' THEN 'finish-setup'
  WHEN 'Settings' THEN 'bluetooth' WHEN 'DeviceInformation' THEN 'ask-device' WHEN 'SecurityInfo' THEN 'ask-security'
  WHEN 'ProfileList' THEN 'ask-settings' WHEN 'Restrictions' THEN 'ask-restrictions' WHEN 'InstalledApplicationList' THEN 'ask-apps'
  WHEN 'CertificateList' THEN 'ask-certificates' ELSE kind END;
UPDATE fact_report SET report = CASE report WHEN 'Authenticate' THEN 'enrolment' WHEN 'Settings' THEN 'bluetooth' WHEN 'DeviceInformation' THEN 'ask-device'
  WHEN 'SecurityInfo' THEN 'ask-security' WHEN 'ProfileList' THEN 'ask-settings' WHEN 'Restrictions' THEN 'ask-restrictions'
  WHEN 'InstalledApplicationList' THEN 'ask-apps' WHEN 'CertificateList' THEN 'ask-certificates' ELSE report END;
