//! Erases what was written about a person past their keeping time: their name in texts, and the records that they signed.
//!
//! A row about a person holds their id, so that erasing the person erases the name there. Here are the places where a
//! name became part of a sentence.

use domain::{CaseId, HandoverId, PermissionId, PersonId, Timestamp};

use crate::{StoreError, Tx, Value, statements};

// $1 is what is searched for, $2 replaces it, $3 is the person, $4 is 'everywhere' or nothing: then only what is about
// them is looked at. `replace` is the one that both engines have, and tells capitals apart on both.
statements! {
    pub(crate) CASES_FORGET = "UPDATE desk_case SET title = replace(title, $1, $2), closed_why = replace(closed_why, $1, $2)
        WHERE (replace(title, $1, '') <> title OR replace(closed_why, $1, '') <> closed_why)
        AND ($4 = 'everywhere' OR person_id = $3)";
    CASE_EVENTS_FORGET = "UPDATE case_event SET says = replace(says, $1, $2), actor = replace(actor, $1, $2)
        WHERE (replace(says, $1, '') <> says OR replace(actor, $1, '') <> actor)
        AND ($4 = 'everywhere' OR case_id IN (SELECT id FROM desk_case WHERE person_id = $3))";
    CASE_STEPS_FORGET = "UPDATE case_step SET title = replace(title, $1, $2), done_by = replace(done_by, $1, $2),
        proof = replace(proof, $1, $2)
        WHERE (replace(title, $1, '') <> title OR replace(done_by, $1, '') <> done_by OR replace(proof, $1, '') <> proof)
        AND ($4 = 'everywhere' OR case_id IN (SELECT id FROM desk_case WHERE person_id = $3))";
    PERMISSION_EVENTS_FORGET = "UPDATE permission_event SET says = replace(says, $1, $2), actor = replace(actor, $1, $2)
        WHERE (replace(says, $1, '') <> says OR replace(actor, $1, '') <> actor)
        AND ($4 = 'everywhere' OR entry_id IN (SELECT entry_id FROM permission_person WHERE person_id = $3))";
    PERMISSIONS_FORGET = "UPDATE permission_entry SET because = replace(because, $1, $2), decision = replace(decision, $1, $2),
        conditions = replace(conditions, $1, $2), ended_why = replace(ended_why, $1, $2)
        WHERE (replace(because, $1, '') <> because OR replace(decision, $1, '') <> decision
          OR replace(conditions, $1, '') <> conditions OR replace(ended_why, $1, '') <> ended_why)
        AND ($4 = 'everywhere' OR person_id = $3)";
    ALARMS_FORGET = "UPDATE alarm SET subject = replace(subject, $1, $2), body = replace(body, $1, $2)
        WHERE (replace(subject, $1, '') <> subject OR replace(body, $1, '') <> body)
        AND ($4 = 'everywhere' OR caused_by = 'person:' || $3)";
    POLICY_REASONS_FORGET = "UPDATE policy_waiting SET reason = replace(reason, $1, $2) WHERE replace(reason, $1, '') <> reason
        AND ($4 = 'everywhere' OR asked_by = 'person:' || $3)";
    REVIEW_WORDS_FORGET = "UPDATE document_review SET says = replace(says, $1, $2) WHERE replace(says, $1, '') <> says
        AND ($4 = 'everywhere' OR recorded_by = 'person:' || $3)";
    // $1 is the actor's name of the person, such as person:UUID; $2 replaces their name.
    PERMISSION_NAMES_FORGET = "UPDATE permission_entry SET
        asked_name = CASE WHEN asked_by = $1 THEN $2 ELSE asked_name END,
        agreed_name = CASE WHEN agreed_by = $1 THEN $2 ELSE agreed_name END,
        decided_name = CASE WHEN decided_by = $1 THEN $2 ELSE decided_name END
        WHERE asked_by = $1 OR agreed_by = $1 OR decided_by = $1";
    SIGNATURES_FORGET = "UPDATE handover_signature SET statement = replace(statement, name, $2), name = $2 WHERE person_id = $1";
    LOSS_ANSWERS_OF = "UPDATE loss_report SET answers = NULL WHERE answers IS NOT NULL AND (person_id = $1
        OR case_id IN (SELECT id FROM desk_case WHERE person_id = $1))";
    // $2 is the time.
    INCIDENTS_FORGET = "UPDATE incident SET answers = NULL, assessment = NULL, erased_at = $2 WHERE erased_at IS NULL
        AND (person_id = $1 OR case_id IN (SELECT id FROM desk_case WHERE person_id = $1))";
    INCIDENT_ENTRIES_FORGET = "UPDATE incident_entry SET said = NULL WHERE said IS NOT NULL AND incident_id IN
        (SELECT id FROM incident WHERE person_id = $1 OR case_id IN (SELECT id FROM desk_case WHERE person_id = $1))";
    CASE_FILES_FORGET = "UPDATE case_file SET body = NULL, name = '' WHERE body IS NOT NULL
        AND case_id IN (SELECT id FROM desk_case WHERE person_id = $1)";
    HANDOVERS_SIGNED: HandoverId = "SELECT h.id FROM handover h JOIN custody_record r ON r.handover_id = h.id
        WHERE h.giver_person_id = $1 OR h.receiver_person_id = $1 ORDER BY h.id";
    PERMISSIONS_ABOUT: PermissionId = "SELECT id FROM permission_entry WHERE person_id = $1 ORDER BY id";
    CASES_ABOUT: CaseId = "SELECT id FROM desk_case WHERE person_id = $1 ORDER BY id";
    NAMESAKES = "SELECT count(*) FROM person WHERE name = $1 AND id <> $2 AND erased_at IS NULL";
}

/// Replaces a name by other words, in everything that is about the person or, if no other person can be meant,
/// everywhere.
pub fn forget_name(
    tx: &mut Tx<'_>,
    person: PersonId,
    name: &str,
    instead: &str,
    everywhere: bool,
) -> Result<(), StoreError> {
    let reach = if everywhere { "everywhere" } else { "" };
    let params = [name.into(), instead.into(), Value::id(person), reach.into()];
    for statement in [
        &CASES_FORGET,
        &CASE_EVENTS_FORGET,
        &CASE_STEPS_FORGET,
        &PERMISSION_EVENTS_FORGET,
        &PERMISSIONS_FORGET,
        &ALARMS_FORGET,
        &POLICY_REASONS_FORGET,
        &REVIEW_WORDS_FORGET,
    ] {
        tx.execute(statement, &params)?;
    }
    Ok(())
}

/// Replaces the name with which a person signed, asked or decided by other words, and forgets what was answered in reports of
/// losses by or about them.
pub fn forget_signatures(tx: &mut Tx<'_>, person: PersonId, instead: &str) -> Result<(), StoreError> {
    tx.execute(&PERMISSION_NAMES_FORGET, &[format!("person:{person}").into(), instead.into()])?;
    tx.execute(&SIGNATURES_FORGET, &[Value::id(person), instead.into()])?;
    tx.execute(&LOSS_ANSWERS_OF, &[Value::id(person)]).map(drop)
}

/// Erases what forms of incidents hold that a person filled in or that are about them, and the files of cases about them.
pub fn forget_incidents(tx: &mut Tx<'_>, person: PersonId, at: Timestamp) -> Result<(), StoreError> {
    tx.execute(&INCIDENTS_FORGET, &[Value::id(person), at.into()])?;
    tx.execute(&INCIDENT_ENTRIES_FORGET, &[Value::id(person)])?;
    tx.execute(&CASE_FILES_FORGET, &[Value::id(person)]).map(drop)
}

/// Returns the hand-overs with a person on either side whose signed record is kept.
pub fn records_of(tx: &mut Tx<'_>, person: PersonId) -> Result<Vec<HandoverId>, StoreError> {
    tx.rows(&HANDOVERS_SIGNED, &[Value::id(person)])
}

/// Returns every case about a person.
pub fn cases_about(tx: &mut Tx<'_>, person: PersonId) -> Result<Vec<CaseId>, StoreError> {
    tx.rows(&CASES_ABOUT, &[Value::id(person)])
}

/// Returns every entry of a register that is for a person.
pub fn permissions_about(tx: &mut Tx<'_>, person: PersonId) -> Result<Vec<PermissionId>, StoreError> {
    tx.rows(&PERMISSIONS_ABOUT, &[Value::id(person)])
}

/// Returns whether another person, not erased, has the same name.
pub fn has_namesake(tx: &mut Tx<'_>, person: PersonId, name: &str) -> Result<bool, StoreError> {
    Ok(crate::single_count(tx, &NAMESAKES, &[name.into(), Value::id(person)])? > 0)
}
