//! Who must act under a clause: the roles that the subject of its verb names.

use policy::Actor::{
    self, DataProtectionOfficer, DutyOfficer, Everyone, Fiso, Holder, InformationSecurity, LineManager,
    PolicyOwner, Psd, ServiceDesk, System, TelecomsManager,
};

use super::language::Language;
use super::speech::{Bound, Word};
use super::verbs::{JOINS, begins_with};

/// What papers call roles, in small letters; longer names before those that they begin with. A star stands for any end.
const ROLES: [(&str, Actor); 78] = [
    ("force information security officer", Fiso),
    ("information security officer", Fiso),
    ("informationssicherheitsbeauftragte*", Fiso),
    ("information security", InformationSecurity),
    ("informationssicherheit", InformationSecurity),
    ("it security", InformationSecurity),
    ("data protection officer*", DataProtectionOfficer),
    ("datenschutzbeauftragte*", DataProtectionOfficer),
    ("dpo", DataProtectionOfficer),
    ("professional standards", Psd),
    ("internal affairs", Psd),
    ("office of professional responsibility", Psd),
    ("psd", Psd),
    ("force duty officer", DutyOfficer),
    ("duty officer*", DutyOfficer),
    ("watch commander*", DutyOfficer),
    ("leitstelle", DutyOfficer),
    ("lagezentrum", DutyOfficer),
    ("telecoms manager*", TelecomsManager),
    ("telecommunications manager*", TelecomsManager),
    ("policy owner*", PolicyOwner),
    ("document owner*", PolicyOwner),
    ("owner of this", PolicyOwner),
    ("service desk*", ServiceDesk),
    ("help desk*", ServiceDesk),
    ("helpdesk", ServiceDesk),
    ("servicedesk", ServiceDesk),
    ("desk", ServiceDesk),
    ("it department", ServiceDesk),
    ("it services", ServiceDesk),
    ("information technology", ServiceDesk),
    ("ict", ServiceDesk),
    ("it referat", ServiceDesk),
    ("it stelle", ServiceDesk),
    ("benutzerservice", ServiceDesk),
    ("line manager*", LineManager),
    ("manager*", LineManager),
    ("supervisor*", LineManager),
    ("commander*", LineManager),
    ("sergeant*", LineManager),
    ("human resources", LineManager),
    ("hr", LineManager),
    ("dienstvorgesetzte*", LineManager),
    ("vorgesetzte*", LineManager),
    ("all officers and staff", Everyone),
    ("all staff", Everyone),
    ("all personnel", Everyone),
    ("all employees", Everyone),
    ("all members", Everyone),
    ("everyone", Everyone),
    ("everybody", Everyone),
    ("anyone", Everyone),
    ("anybody", Everyone),
    ("nobody", Everyone),
    ("no one", Everyone),
    ("niemand", Everyone),
    ("jede*", Everyone),
    ("alle beschäftigten", Everyone),
    ("user*", Holder),
    ("holder*", Holder),
    ("officer*", Holder),
    ("employee*", Holder),
    ("staff", Holder),
    ("member*", Holder),
    ("personnel", Holder),
    ("recipient*", Holder),
    ("trooper*", Holder),
    ("you", Holder),
    ("nutze*", Holder),
    ("nutzungsberechtigte*", Holder),
    ("bedienstete*", Holder),
    ("beschäftigte*", Holder),
    ("mitarbeiter*", Holder),
    ("utilisateur*", Holder),
    ("agent*", Holder),
    ("mdm", System),
    ("mobile device manage*", System),
    ("system*", System),
];
/// Things that act where the verb is not a passive: "devices will connect".
const THINGS: [&str; 8] =
    ["device*", "phone*", "telephone*", "tablet*", "laptop*", "gerät", "geräte", "server*"];
/// How far into a sentence without a verb that binds, or behind "by", a role may begin, in words.
const SUBJECT: usize = 3;

/// Returns the roles of a clause whose verb is at `verb`, from a first word to behind its last.
pub(super) fn actors(words: &[Word], verb: Option<(usize, usize)>, language: Language) -> Vec<Actor> {
    let Some((at, end)) = verb else {
        let first = (0..SUBJECT).find_map(|at| words.get(at..).and_then(role));
        return first.map(|(_, actor)| actor).into_iter().collect();
    };
    let sentence = sentence_start(words, at);
    let things = at < words.len() && !is_passive(words, at, end, language);
    let mut until = at;
    loop {
        let from = (sentence..until)
            .rev()
            .find(|at| words.get(*at).is_some_and(|word| word.before >= Bound::Part))
            .unwrap_or(sentence);
        let found = roles(words.get(from..until).unwrap_or_default(), until == at && things);
        if !found.is_empty() {
            return found;
        }
        if from <= sentence {
            break;
        }
        until = from;
    }
    behind(words, end, language)
}

/// Returns whether something is done to the subject: "must be locked", "darf nicht verliehen werden", "ist zu sperren".
fn is_passive(words: &[Word], at: usize, end: usize, language: Language) -> bool {
    let rest = words.get(end..).unwrap_or_default();
    match language {
        Language::English => {
            let verb = words.get(at).map_or("", |word| word.text.as_str());
            if !["will", "shall", "must", "should", "may"].contains(&verb) {
                return true;
            }
            rest.iter().take(3).take_while(|word| word.before == Bound::None).any(|word| word.text == "be")
        }
        Language::German => {
            let verb = words.get(at).map_or("", |word| word.text.as_str());
            let mut sentence = rest.iter().take_while(|word| word.before != Bound::Sentence);
            ["ist", "sind"].contains(&verb) || sentence.any(|word| word.text == "werden")
        }
        _ => true,
    }
}

/// Returns where the sentence of a word begins.
fn sentence_start(words: &[Word], at: usize) -> usize {
    let starts = |at: &usize| words.get(*at).is_some_and(|word| word.before == Bound::Sentence);
    (0..=at).rev().find(starts).unwrap_or_default()
}

/// Returns the first role, and those that *and* or *or* joins to it.
fn roles(words: &[Word], things: bool) -> Vec<Actor> {
    let mut found = Vec::new();
    let mut at = 0;
    let mut since = 0_usize;
    while let Some(behind) = words.get(at..).filter(|behind| !behind.is_empty()) {
        let Some((length, actor)) = role(behind).filter(|(_, actor)| is_subject(words, at, *actor)) else {
            at = at.saturating_add(1);
            continue;
        };
        let between = words.get(since..at).unwrap_or_default();
        let joined = between.iter().any(|word| JOINS.contains(&word.text.as_str())) && between.len() <= 3;
        if !found.is_empty() && !joined {
            break;
        }
        if !found.contains(&actor) {
            found.push(actor);
        }
        at = at.saturating_add(length);
        since = at;
    }
    let thing = |at: usize| {
        let named = |behind: &[Word]| THINGS.iter().any(|thing| begins_with(behind, thing).is_some());
        words.get(at..).is_some_and(named) && is_subject(words, at, System)
    };
    if found.is_empty() && things && (0..words.len()).any(thing) {
        found.push(System);
    }
    found
}

/// Tells a subject from what a preposition stands before: "a report to the desk", "the use of devices".
fn is_subject(words: &[Word], at: usize, actor: Actor) -> bool {
    let before = words.get(..at).unwrap_or_default();
    let near = if actor == System { before.len() } else { 2 };
    let prepositions: &[&str] = if actor == System {
        &["of", "to", "in", "for", "on", "with", "from"]
    } else {
        &["to", "with", "from", "for"]
    };
    !before.iter().rev().take(near).any(|word| prepositions.contains(&word.text.as_str()))
}

fn role(words: &[Word]) -> Option<(usize, Actor)> {
    ROLES.iter().find_map(|(name, actor)| begins_with(words, name).map(|length| (length, *actor)))
}

/// Returns the role that *by* names behind a passive, or that German puts behind its verb.
fn behind(words: &[Word], end: usize, language: Language) -> Vec<Actor> {
    let rest = words.get(end..).unwrap_or_default();
    let sentence = rest.iter().skip(1).position(|word| word.before == Bound::Sentence);
    let rest = rest.get(..sentence.map_or(rest.len(), |at| at.saturating_add(1))).unwrap_or_default();
    let agent = match language {
        Language::German => "von",
        Language::French => "par",
        Language::Spanish => "por",
        Language::Italian => "da",
        Language::Dutch => "door",
        Language::English => "by",
    };
    let by = rest.iter().position(|word| word.text == agent || word.text == "durch");
    let named = by.and_then(|at| rest.get(at..)).unwrap_or_default();
    let named = named.get(..named.len().min(SUBJECT.saturating_add(2))).unwrap_or_default();
    roles(named, false)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::speech::speech;

    #[test]
    fn the_subject_is_who_acts() {
        let cases: [(&str, &[Actor]); 17] = [
            ("Users must lock it.", &[Holder]),
            ("If a user forgets the code, the service desk must reset it.", &[ServiceDesk]),
            ("Officers, when off duty, may leave it.", &[Holder]),
            ("Supervisors and the Service Desk shall keep a list.", &[LineManager, ServiceDesk]),
            ("A loss shall be reported by the holder at once.", &[Holder]),
            ("Officers shall report a loss to a supervisor.", &[Holder]),
            ("The devices will connect to known networks.", &[System]),
            ("The devices must be locked.", &[]),
            ("The use of devices is not permitted.", &[]),
            ("Access to systems must be logged.", &[]),
            ("In addition to a report to ICT, any loss must be told.", &[]),
            ("The devices must never be opened.", &[]),
            ("This will be enforced by the Mobile Device Manager.", &[System]),
            ("The Data Protection Officer must be told.", &[DataProtectionOfficer]),
            ("All staff should read it.", &[Everyone]),
            ("Users are responsible for their phone.", &[Holder]),
            ("The Board is to be told.", &[]),
        ];
        for (text, want) in cases {
            assert_eq!(speech(text, Language::English).actors, want, "{text}");
        }
        let german = |text: &str| speech(text, Language::German).actors;
        assert_eq!(german("Die Nutzenden müssen es sperren."), [Holder]);
        assert_eq!(german("Ein Verlust ist von den Vorgesetzten zu melden."), [LineManager]);
    }
}
