-- What a spent challenge was answered with, so that a device that lost the answer gets the same one: the digest of the key and
-- the transaction that it was for, and the certificate, DER.
ALTER TABLE scep_challenge ADD COLUMN answered_key TEXT;
ALTER TABLE scep_challenge ADD COLUMN answered_transaction TEXT;
ALTER TABLE scep_challenge ADD COLUMN answer {bytes};
-- Whether the device signed its last session's messages by way of SHA-1.
ALTER TABLE enrolment ADD COLUMN signs_sha1 BIGINT NOT NULL DEFAULT 0;
CREATE INDEX enrolment_signing_sha1 ON enrolment (device_id) WHERE signs_sha1 = 1;
