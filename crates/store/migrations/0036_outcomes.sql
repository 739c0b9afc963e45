-- Outcomes that cannot be mistaken: what people agreed to was counted as met, and what is merely written down as well.
-- A person's acceptance is carried over by its word. What a document was found to be is judged anew from the policy, which comes
-- into force with this version: until then it is not known. Evidence that a standing acceptance rests on takes its new word with
-- it, so that finding, evidence and ledger entry agree; the evidence of former judgements stays as it was.
UPDATE finding SET outcome = 'agreed', detail = '{"outcome":"agreed"}'
WHERE subject_kind = 'person' AND outcome = 'met'
  AND evidence_id IN (SELECT id FROM evidence WHERE subject_kind = 'person' AND basis LIKE '{"kind":"person"%');

UPDATE evidence SET detail = '{"outcome":"agreed"}'
WHERE subject_kind = 'person'
  AND id IN (SELECT evidence_id FROM finding WHERE subject_kind = 'person' AND outcome = 'agreed');

DELETE FROM finding WHERE subject_kind = 'document' AND outcome IN ('met', 'not-applicable');
