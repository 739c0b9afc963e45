-- What an order does, in our own words, kept with the command; orders that wait beyond a cap; freezes.
ALTER TABLE command ADD COLUMN deed TEXT NOT NULL DEFAULT 'configure';
ALTER TABLE command ADD COLUMN effect TEXT NOT NULL DEFAULT 'harmless';
-- The burst in which it is held, or was.
ALTER TABLE command ADD COLUMN burst_id TEXT;
-- Until when it may be agreed to.
ALTER TABLE command ADD COLUMN expires_at BIGINT;
-- Since when a freeze keeps it from the device.
ALTER TABLE command ADD COLUMN frozen_at BIGINT;
UPDATE command SET deed = 'lock', effect = 'harsh' WHERE request_type = 'DeviceLock';
UPDATE command SET deed = 'lost-mode', effect = 'harsh' WHERE request_type = 'EnableLostMode';
UPDATE command SET deed = 'lost-mode-off' WHERE request_type = 'DisableLostMode';
UPDATE command SET deed = 'sound' WHERE request_type = 'PlayLostModeSound';
UPDATE command SET deed = 'restart', effect = 'harsh' WHERE request_type = 'RestartDevice';
UPDATE command SET deed = 'shut-down', effect = 'harsh' WHERE request_type = 'ShutDownDevice';
UPDATE command SET deed = 'locate' WHERE request_type = 'DeviceLocation';
UPDATE command SET deed = 'clear-passcode', effect = 'destructive' WHERE request_type = 'ClearPasscode';
UPDATE command SET deed = 'erase', effect = 'destructive' WHERE request_type = 'EraseDevice';
-- An order that waited for a second person before there was a limit waits for a day from when it was asked for.
UPDATE command SET expires_at = queued_at + 86400000 WHERE state = 'asked' AND finished_at IS NULL;
CREATE INDEX command_orders ON command (asked_by) WHERE finished_at IS NULL AND deed <> 'configure';
CREATE INDEX command_by_burst ON command (burst_id) WHERE burst_id IS NOT NULL;

-- Everything that was let through and counts towards a cap. An hour is looked at.
CREATE TABLE order_count (
  class TEXT NOT NULL,
  force TEXT NOT NULL,
  who TEXT NOT NULL,
  subject TEXT NOT NULL,
  at BIGINT NOT NULL
);
CREATE INDEX order_count_by_force ON order_count (class, force, at);
CREATE INDEX order_count_by_who ON order_count (class, who, at);

-- What one person asked for beyond a cap, held for a second person.
CREATE TABLE burst (
  id TEXT PRIMARY KEY,
  force TEXT NOT NULL,
  effect TEXT NOT NULL,
  cap TEXT NOT NULL,
  who TEXT NOT NULL,
  opened_by TEXT NOT NULL,
  opened_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  state TEXT NOT NULL,
  ended_at BIGINT,
  ended_by TEXT,
  ended_why TEXT
);
CREATE UNIQUE INDEX burst_open ON burst (force, effect, who) WHERE ended_at IS NULL;
CREATE INDEX burst_by_time ON burst (opened_at);

-- What is held and is no command to a device: a change of holder, a hand-over, taking out of use, an order of return.
CREATE TABLE held_act (
  id TEXT PRIMARY KEY,
  burst_id TEXT NOT NULL REFERENCES burst (id),
  device_id TEXT NOT NULL REFERENCES device (id),
  deed TEXT NOT NULL,
  spec TEXT NOT NULL,
  asked_by TEXT NOT NULL,
  asked_at BIGINT NOT NULL,
  state TEXT NOT NULL,
  ended_at BIGINT,
  error TEXT
);
CREATE INDEX held_act_by_burst ON held_act (burst_id, asked_at);
CREATE INDEX held_act_by_asker ON held_act (asked_by) WHERE ended_at IS NULL;
CREATE INDEX held_act_by_device ON held_act (device_id) WHERE ended_at IS NULL;

-- While a freeze stands, nothing destructive is queued, agreed to or handed to a device of the force.
CREATE TABLE order_freeze (
  id TEXT PRIMARY KEY,
  force TEXT NOT NULL,
  why TEXT NOT NULL,
  frozen_at BIGINT NOT NULL,
  frozen_by TEXT NOT NULL,
  lift_why TEXT,
  lift_asked_at BIGINT,
  lift_asked_by TEXT,
  lifted_at BIGINT,
  lifted_by TEXT
);
CREATE UNIQUE INDEX freeze_open ON order_freeze (force) WHERE lifted_at IS NULL;
