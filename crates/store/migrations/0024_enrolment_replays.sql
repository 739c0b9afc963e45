-- One live profile a device: when a newer profile or a finished enrolment made a challenge void.
ALTER TABLE scep_challenge ADD COLUMN voided_at BIGINT;
CREATE INDEX scep_challenge_unspent ON scep_challenge (device_id) WHERE used_at IS NULL AND voided_at IS NULL;
UPDATE scep_challenge SET voided_at = created_at WHERE used_at IS NULL
  AND device_id IN (SELECT device_id FROM enrolment WHERE ended_at IS NULL AND state = 'enrolled');

-- The key that a renewal was for and the certificate that it got, so that the same request gets the same answer.
ALTER TABLE certificate ADD COLUMN key_digest TEXT;
ALTER TABLE certificate ADD COLUMN answer {bytes};
-- Certificates of enrolled devices that were bought beside the one in use, and renewals beside the newest one.
UPDATE certificate SET revoked_at = issued_at, revoked_why = 'bought beside the one in use' WHERE revoked_at IS NULL
  AND renewed_from IS NULL AND device_id IN (SELECT device_id FROM enrolment WHERE ended_at IS NULL AND state = 'enrolled')
  AND sha256 NOT IN (SELECT certificate_sha256 FROM enrolment WHERE ended_at IS NULL);
UPDATE certificate SET revoked_at = issued_at, revoked_why = 'one of several renewals' WHERE revoked_at IS NULL
  AND renewed_from IS NOT NULL AND sha256 NOT IN (SELECT certificate_sha256 FROM enrolment WHERE ended_at IS NULL)
  AND EXISTS (SELECT 1 FROM certificate other WHERE other.renewed_from = certificate.renewed_from AND other.revoked_at IS NULL
    AND other.sha256 <> certificate.sha256 AND (other.issued_at > certificate.issued_at
      OR (other.issued_at = certificate.issued_at AND other.sha256 > certificate.sha256)
      OR other.sha256 IN (SELECT certificate_sha256 FROM enrolment WHERE ended_at IS NULL)));
CREATE UNIQUE INDEX certificate_renewal ON certificate (renewed_from) WHERE renewed_from IS NOT NULL AND revoked_at IS NULL;

-- Check-ins that changed something, by the certificate that signed them, so that a replay changes nothing.
CREATE TABLE check_in_seen (
  certificate_sha256 TEXT NOT NULL,
  digest TEXT NOT NULL,
  signed_at BIGINT,
  seen_at BIGINT NOT NULL,
  PRIMARY KEY (certificate_sha256, digest)
);
