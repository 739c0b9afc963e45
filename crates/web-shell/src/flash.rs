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
        "The orders were called off, except those that contain lost devices: you would end the containment of more devices than one person may in an hour. They go on until a second person releases that below.",
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
    ("note-left", "The note was kept for who is on call next."),
    ("duty-kept", "The roster was changed. What was held is looked at again."),
    ("tried-again", "It is tried again, once they are on duty."),
    ("stated", "What you said was kept."),
    ("called", "They are being told. Your reason stands in the timeline."),
    ("read", "It is marked as read."),
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
    ("loss-reported", "The report is taken in."),
    ("loss-lock-queued", "The order to lock the device is on its way. It is locked when this page says so."),
    (
        "loss-lock-held",
        "The order is beyond a limit, and held until a second person releases it under Held and waiting.",
    ),
    (
        "loss-not-locked",
        "The report is taken in. The device could not be ordered to lock: press the button to see why.",
    ),
    ("loss-release-queued", "The order to end lost mode is on its way."),
    ("loss-taken", "It is recorded. Nobody else is called."),
    ("loss-taken-before", "Somebody had answered before, or nobody is called any more."),
    ("loss-next", "The next people are being called."),
    ("loss-found", "It is recorded as found. End its lost mode when its holder has it."),
];

/// Returns the message for a key.
pub fn of(word: &str) -> Option<&'static str> {
    NOTICES.iter().find(|(known, _)| *known == word).map(|(_, text)| *text)
}

#[cfg(test)]
mod tests {
    #[test]
    fn only_known_words_say_anything() {
        assert!(super::of("queued").is_some());
        assert!(super::of("").is_none() && super::of("<script>").is_none());
    }
}
