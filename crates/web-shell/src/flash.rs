//! Messages that say what a form has just done. An address carries only a key, so that nobody can put text of their own on a
//! page.

const NOTICES: &[(&str, &str)] = &[
    ("device-added", "The device stands in the register."),
    ("holder-set", "The holder was set."),
    ("certificates-revoked", "Its certificates were revoked. Its messages are refused from now on."),
    ("role-given", "The role was given. It counts from their next request on."),
    ("role-waits", "The role is asked for. It counts once another administrator confirms it."),
    ("role-confirmed", "You confirmed the role. It counts from their next request on."),
    ("takeover-confirmed", "You confirmed it. The directory takes over this person when it next sends them."),
    ("takeover-refused", "You refused it. The directory is told so when it next sends them."),
    ("alarm-seen", "You marked the alarm as dealt with."),
    ("role-ended", "The role was ended. It does not count from their next request on."),
    ("person-added", "The person was entered."),
    ("person-changed", "The person was changed."),
    ("person-ended", "The person is off the books. What they hold is theirs to give back."),
    ("token-ended", "The token has been revoked. Requests that use it are refused."),
    ("accepted", "The acceptance was entered."),
    ("own-accepted", "You accepted the terms. Thank you for reading them."),
    ("reminder-yes", "Thank you. It is kept as what you said, and asked again in some months."),
    ("reminder-later", "It is asked again in a week."),
    ("exemption-added", "The exemption was entered."),
    ("exemption-ended", "The exemption was ended."),
    ("section-read", "That section is read."),
    ("way-asked", "The Service Desk has been told, and you have more time."),
    ("way-page", "You read them on these pages."),
    ("queued", "It is queued, and the device was asked to connect. Watch its state under Commands."),
    ("waits", "It waits for a second person. Nothing is sent until somebody else agrees."),
    (
        "held",
        "It is held: the limit of an hour is reached. Others have been told, and a second person releases or cancels it under Held and waiting.",
    ),
    ("approved", "You agreed. It is queued for the device."),
    ("released", "You released it. What could go on goes on."),
    ("cancelled", "All of it was cancelled."),
    ("orders-called-off", "The orders that had not reached their devices were called off."),
    (
        "orders-called-off-in-part",
        "The orders were called off, except those that lock lost devices: you would end the lock of more devices than one person may in an hour. They go on until a second person releases that below.",
    ),
    ("frozen", "Destructive orders are frozen. Two people must lift the freeze before any goes on."),
    ("lift-asked", "You asked to lift the freeze. It stands until somebody else confirms."),
    ("lifted", "The freeze is lifted. Destructive orders go on."),
    ("taken-back", "It was taken back. The device never got it."),
    ("event-recorded", "The event was recorded. What follows from it stands below."),
    ("event-corrected", "The event was corrected, and its case follows."),
    ("called-off", "The event was called off."),
    ("hold-placed", "The hold stands. Nothing on the device is erased, and nobody else is given it."),
    ("hold-ended", "The hold is ended."),
    ("withdrawn", "Its holder is told to hand it in. The case follows it until it is back."),
    (
        "withdrawn-not-locked",
        "Its holder is told to hand it in. It could not be locked: its page says what reaches it.",
    ),
    ("answered", "Thank you. Your answer was recorded."),
    ("noted", "The note was added."),
    ("closed", "The case is closed."),
    ("taken", "The case is yours now."),
    ("cases-handed-over", "They are handed over, and both of you are told."),
    ("step-done", "The step is done."),
    ("missing", "It is entered as missing, and the case of a lost device is open."),
    ("handover-drafted", "It is drafted. Nothing changes hands until both sides have signed."),
    ("handover-signed", "You signed. The other side has yet to."),
    ("handover-complete", "Both have signed. The record is kept, and the register says so."),
    ("handover-changed", "It was changed. Anybody who had signed is asked to sign again."),
    ("handover-withdrawn", "It was withdrawn. Nothing changed hands."),
    ("handover-refused", "You refused to sign. Nothing changed hands, and the desk reads why."),
    ("place-added", "The place was entered."),
    ("place-closed", "The place is closed."),
    ("count-begun", "The count has begun. Scan everything in the store."),
    ("count-scanned", "It was noted. Go on scanning, or close the count."),
    ("count-closed", "The count is closed."),
    (
        "count-closed-held",
        "The count is closed. More things are missing than one person may enter in an hour: the register says so once a second person releases that under Held and waiting.",
    ),
    ("device-described", "The register was changed."),
    ("device-restated", "The register says so now."),
    ("sessions-ended", "The session was ended. The person who used it must sign in again."),
    ("pattern-kept", "The pattern was kept."),
    ("rota-kept", "The rota was changed. The people whom a change names are told."),
    ("rota-swapped", "The turns were swapped. Both people are told."),
    ("rota-retired", "The rota was retired. Nobody is on call by it any more."),
    ("cover-asked", "Your colleague is asked and told. Until they agree, the shift stays yours."),
    (
        "cover-agreed",
        "You agreed. The shift is yours now, and both of you and the keeper of the rota are told.",
    ),
    ("cover-declined", "You declined. Your colleague is told, and the shift stays theirs."),
    ("cover-withdrawn", "You took it back. Your colleague is told."),
    ("calendar-withdrawn", "The address was withdrawn. Programs that ask at it find nothing."),
    ("note-left", "The note was kept for who is on call next."),
    ("duty-kept", "The roster was changed. What was held is looked at again."),
    ("tried-again", "It is tried again, once they are on duty."),
    ("stated", "What you said was kept."),
    ("called", "They are being told. Your reason stands in the timeline."),
    ("read", "It is marked as read."),
    ("contact-code", "A code is on its way. Enter it here within 15 minutes."),
    ("contact-proved", "You proved it. It is tried when you are called."),
    ("contact-ordered", "The order is kept."),
    ("contact-removed", "It was taken away. Nothing is sent to it any more."),
    ("asked", "It stands in the register, and waits for somebody else's decision."),
    ("granted", "You granted it. What it does begins on its first day and ends by itself."),
    ("agreed", "You agreed. It is granted when a second person agrees as well."),
    ("refused", "You refused it. The person who asked can read why."),
    ("ended", "It is over."),
    ("reviewed", "The review was entered."),
    ("passkey-added", "The passkey is registered. All administrators and information security are told."),
    ("passkey-removed", "The passkey was taken away. It signs nobody in any more."),
    (
        "kept",
        "Your session was over. What you typed is kept for an hour: sign in as the same person, and you can send it.",
    ),
    ("kept-gone", "Nothing is kept any more: it was sent, or thrown away, or its hour is over."),
    ("kept-dropped", "It was thrown away."),
    ("signed-out", "You are signed out."),
    (
        "reset-opened",
        "The request is open. Make sure of who is asking; the holder is told that somebody asked.",
    ),
    (
        "reset-asked",
        "Your request is open. The Service Desk is waiting for it, or you for your device: it stands below.",
    ),
    ("reset-proof", "It is recorded."),
    ("reset-number", "Read the number out. They have five minutes and three tries."),
    ("reset-manager", "Their line manager is asked."),
    ("reset-sent", "The decision is asked for. Nothing is cleared until somebody else agrees."),
    ("reset-stopped", "The request is over, and the holder is told."),
    ("reset-stated", "It is kept as stated by you."),
    ("reset-agreed", "You agreed. What is done now, and by whom, stands on this page."),
    ("reset-refused", "You refused it. The holder is told."),
    (
        "reset-denied",
        "The request is over. Where somebody else asked in your name, Information Security is told.",
    ),
    ("vouched", "Thank you. Your word is recorded as a proof."),
    ("not-vouched", "The request is over, and Information Security is told."),
    ("number-right", "That is the number. The desk sees that it is you."),
    ("number-wrong", "That is another number. Ask the desk to read it again."),
    ("number-over", "The number does not count any more. Ask the desk for another, or another way."),
    ("password-stated", "Thank you. It is kept as what you said."),
    ("fault-reported", "The report is taken in, and the holder is told what to do."),
    ("fault-coming-in", "The holder is told to bring it in. The steps stand in the case."),
    ("fault-restricted", "The settings are on their way. The device is restricted once it has them."),
    ("fault-lifted", "The restriction is ended. The settings go when the device connects."),
    ("fault-referred", "It is referred to Professional Standards, as a sign to look into."),
    ("loss-reported", "The report is taken in."),
    ("loss-reported-taken", "The report is taken in. You deal with it, and its case is yours."),
    ("loss-lock-queued", "The order to lock the device is on its way. It is locked when this page says so."),
    (
        "loss-lock-held",
        "The order is beyond a limit, and held until a second person releases it under Held and waiting.",
    ),
    (
        "loss-not-locked",
        "The report is taken in. The device could not be ordered to lock: see below what can be done now.",
    ),
    ("loss-release-queued", "The order to end lost mode is on its way."),
    ("loss-locate-queued", "It is asked where it is. Its position can be read here once it has answered."),
    ("loss-waits", "It waits for a second person. Nothing is sent until somebody else agrees."),
    (
        "loss-taken",
        "It is recorded, and the case goes with it. This page says whether people are called again, and when.",
    ),
    ("loss-taken-before", "Somebody had answered before, or nobody is called any more."),
    ("loss-put-right", "The device is put right. Whoever was called is told."),
    (
        "loss-put-right-locked",
        "The device is put right, and the order to lock it is on its way or held beyond a limit: see below what locks it.",
    ),
    (
        "loss-put-right-open",
        "The device is put right. It could not be ordered to lock: see below what can be done now.",
    ),
    ("loss-next", "The next people are being called."),
    ("file-added", "The file is attached."),
    ("form-saved", "It is saved. Who may read the case can read it already; send it when it is whole."),
    ("form-sent", "It is sent. You can still add to it."),
    ("form-added", "It was added."),
    (
        "breach-sent",
        "It is reported and sent. Do not delete or forward anything until you hear from Information Security.",
    ),
    ("breach-saved", "It is reported. Fill in the rest and send it; do not delete or forward anything."),
    ("assessment-done", "The assessment is finished. What is new is added below."),
    ("clock-decided", "Your decision is recorded, with its reason."),
    ("incident-opened", "The incident is open, and its clock runs."),
    ("incident-referred", "It is referred. The case of professional standards is sealed."),
    (
        "weaker-asked",
        "You asked for the weaker policy. It counts once somebody else has confirmed it for each force.",
    ),
    (
        "weaker-confirmed",
        "You confirmed it for your force. It comes into force once every force has confirmed it.",
    ),
    ("weaker-in-force", "You confirmed it. The policy is in force, and everything is brought to it."),
    ("weaker-withdrawn", "The weaker policy was withdrawn. The policy in force stays."),
    ("document-approved", "You approved the document for your force, as it is worded now."),
    ("document-reviewed", "The review is recorded. The next one is due on the day that you gave."),
    ("original-same", "The file is the original: it has the digest that the document names."),
    ("original-other", "The file is not the original: it has another digest than the document names."),
    ("loss-found", "It is recorded as found, and nobody is called any more."),
];

/// The heading of a message: what is true of the thing that was asked for, on the first look at the page and on every later one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heading {
    /// It is done.
    Done,
    /// Some of it is done.
    InPart,
    /// It was ordered, and a device has yet to get it.
    Ordered,
    /// It has begun and goes on.
    UnderWay,
    /// Another person has to act before it counts.
    Waiting,
    /// A limit holds it until another person releases it.
    Held,
    /// It is not done.
    NotDone,
}

impl Heading {
    /// Returns the words of the heading.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Done => "Done",
            Self::InPart => "Done in part",
            Self::Ordered => "Ordered",
            Self::UnderWay => "Under way",
            Self::Waiting => "Waiting",
            Self::Held => "Held",
            Self::NotDone => "Not done",
        }
    }
}

/// The keys of the messages that tell of something else than a thing that is done.
const NOT_DONE_YET: &[(Heading, &[&str])] = &[
    (
        Heading::InPart,
        &[
            "orders-called-off-in-part",
            "withdrawn-not-locked",
            "loss-not-locked",
            "loss-put-right-open",
            "count-closed-held",
        ],
    ),
    (
        Heading::Ordered,
        &[
            "queued",
            "approved",
            "released",
            "withdrawn",
            "fault-restricted",
            "fault-lifted",
            "loss-lock-queued",
            "loss-release-queued",
            "loss-locate-queued",
            "loss-put-right-locked",
        ],
    ),
    (
        Heading::UnderWay,
        &[
            "count-begun",
            "count-scanned",
            "tried-again",
            "called",
            "contact-code",
            "reset-opened",
            "reset-number",
            "fault-coming-in",
            "incident-opened",
            "loss-next",
        ],
    ),
    (
        Heading::Waiting,
        &[
            "role-waits",
            "takeover-confirmed",
            "waits",
            "lift-asked",
            "handover-drafted",
            "handover-signed",
            "asked",
            "agreed",
            "reset-asked",
            "reset-manager",
            "reset-sent",
            "loss-waits",
            "cover-asked",
            "weaker-asked",
            "weaker-confirmed",
        ],
    ),
    (Heading::Held, &["held", "loss-lock-held"]),
    (
        Heading::NotDone,
        &["kept", "kept-gone", "number-wrong", "number-over", "loss-taken-before", "original-other"],
    ),
];

/// Returns the message for a key.
pub fn of(word: &str) -> Option<&'static str> {
    NOTICES.iter().find(|(known, _)| *known == word).map(|(_, text)| *text)
}

/// Returns the heading of the message for a key.
#[must_use]
pub fn heading_of(word: &str) -> Heading {
    let found = NOT_DONE_YET.iter().find(|(_, words)| words.contains(&word));
    found.map_or(Heading::Done, |(heading, _)| *heading)
}

#[cfg(test)]
mod tests {
    use super::Heading;

    #[test]
    fn only_known_words_say_anything() {
        assert!(super::of("queued").is_some());
        assert!(super::of("").is_none() && super::of("<script>").is_none());
    }

    #[test]
    fn whoever_takes_a_loss_is_not_told_that_nobody_else_is_called() {
        // Unless the duty officer takes it, people are called again where it is not locked in time.
        let says = super::of("loss-taken").unwrap();
        assert!(says.contains("called again") && !says.contains("Nobody else"), "{says}");
    }

    #[test]
    fn every_heading_belongs_to_a_message_and_no_message_has_two() {
        let mut seen = std::collections::BTreeSet::new();
        for word in super::NOT_DONE_YET.iter().flat_map(|(_, words)| *words) {
            assert!(super::of(word).is_some(), "{word} is no key");
            assert!(seen.insert(word), "{word} has two headings");
        }
    }

    #[test]
    fn nothing_that_was_only_sent_is_headed_done() {
        assert_eq!(super::heading_of("loss-lock-queued").title(), "Ordered");
        assert_eq!(super::heading_of("noted").title(), "Done");
        let telling = [
            " on its way",
            " on their way",
            "is queued",
            "when the device connects",
            "once it has",
            "waits for",
            "is held",
        ];
        for (word, text) in super::NOTICES {
            if telling.iter().any(|words| text.contains(words)) {
                assert_ne!(super::heading_of(word), Heading::Done, "{word}: {text}");
            }
        }
    }
}
