-- The register's own particulars of force property, which no check-in reads or writes; the chain of custody; stock counts.

-- Where force property is kept or mended. Only these may be named in a hand-over: there is no way to write down a third
-- party as a workshop.
CREATE TABLE place (
  id TEXT PRIMARY KEY,
  force TEXT NOT NULL,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  closed_at BIGINT,
  UNIQUE (force, name)
);

-- One row a device that was ever described or handed over; a device without one stands in store, described by its kind.
CREATE TABLE asset (
  device_id TEXT PRIMARY KEY REFERENCES device (id),
  class TEXT NOT NULL,
  held_as TEXT NOT NULL,
  standing TEXT NOT NULL,
  place_id TEXT REFERENCES place (id),
  due_back_at BIGINT,
  maker TEXT,
  imei TEXT,
  iccid TEXT,
  eid TEXT,
  bought_on TEXT
);
CREATE INDEX asset_by_place ON asset (place_id, standing);
CREATE INDEX asset_by_imei ON asset (imei) WHERE imei IS NOT NULL;
CREATE INDEX asset_by_iccid ON asset (iccid) WHERE iccid IS NOT NULL;
CREATE INDEX asset_due_back ON asset (due_back_at) WHERE due_back_at IS NOT NULL;
CREATE INDEX device_by_asset_tag ON device (asset_tag) WHERE asset_tag IS NOT NULL;

CREATE TABLE handover (
  id TEXT PRIMARY KEY,
  number BIGINT NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  force TEXT NOT NULL,
  -- The receiver's force, where that is another.
  to_force TEXT,
  giver_person_id TEXT REFERENCES person (id),
  giver_place_id TEXT REFERENCES place (id),
  receiver_person_id TEXT REFERENCES person (id),
  receiver_place_id TEXT REFERENCES place (id),
  state TEXT NOT NULL,
  -- Counts changes of the draft: a signature is of one version.
  version BIGINT NOT NULL,
  due_back_at BIGINT,
  disposal TEXT,
  certificate TEXT,
  note TEXT,
  drafted_by TEXT NOT NULL,
  drafted_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  ended_at BIGINT,
  ended_why TEXT
);
CREATE INDEX handover_open ON handover (expires_at) WHERE state = 'draft';
CREATE INDEX handover_by_time ON handover (drafted_at, id);
CREATE INDEX handover_by_giver ON handover (giver_person_id) WHERE giver_person_id IS NOT NULL;
CREATE INDEX handover_by_receiver ON handover (receiver_person_id) WHERE receiver_person_id IS NOT NULL;

CREATE TABLE handover_item (
  handover_id TEXT NOT NULL REFERENCES handover (id),
  place BIGINT NOT NULL,
  device_id TEXT NOT NULL REFERENCES device (id),
  condition TEXT NOT NULL,
  with_it TEXT,
  missing TEXT,
  note TEXT,
  PRIMARY KEY (handover_id, place),
  UNIQUE (handover_id, device_id)
);
CREATE INDEX handover_item_by_device ON handover_item (device_id);

CREATE TABLE handover_signature (
  id TEXT PRIMARY KEY,
  handover_id TEXT NOT NULL REFERENCES handover (id),
  version BIGINT NOT NULL,
  side TEXT NOT NULL,
  person_id TEXT,
  name TEXT NOT NULL,
  signed_by TEXT NOT NULL,
  how TEXT NOT NULL,
  statement TEXT NOT NULL,
  digest TEXT NOT NULL,
  signed_at BIGINT NOT NULL,
  UNIQUE (handover_id, version, side)
);

-- What both signed, as data and as a document, sealed: it names people. The digests stand in the ledger's detail too.
CREATE TABLE custody_record (
  handover_id TEXT PRIMARY KEY REFERENCES handover (id),
  data {bytes} NOT NULL,
  pdf {bytes} NOT NULL,
  data_digest TEXT NOT NULL,
  pdf_digest TEXT NOT NULL,
  made_at BIGINT NOT NULL
);

CREATE TABLE stock_count (
  id TEXT PRIMARY KEY,
  number BIGINT NOT NULL UNIQUE,
  force TEXT NOT NULL,
  place_id TEXT NOT NULL REFERENCES place (id),
  opened_by TEXT NOT NULL,
  opened_at BIGINT NOT NULL,
  closed_by TEXT,
  closed_at BIGINT
);
CREATE UNIQUE INDEX stock_count_open ON stock_count (place_id) WHERE closed_at IS NULL;

-- A line for every device that should be there and for every code that was scanned.
CREATE TABLE stock_line (
  count_id TEXT NOT NULL REFERENCES stock_count (id),
  -- The device's id, or for a code that the register does not know the code itself.
  code TEXT NOT NULL,
  device_id TEXT REFERENCES device (id),
  expected BIGINT NOT NULL,
  scanned_at BIGINT,
  -- Said of a difference when the count is closed.
  explanation TEXT,
  case_id TEXT REFERENCES desk_case (id),
  PRIMARY KEY (count_id, code)
);
