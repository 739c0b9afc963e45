//! Words of state: how far an enrolment, a command, a hand-over, a permission, a notice and others are.

use crate::{PersonId, PlaceId};

/// Declares a closed set of words that tables and addresses carry; pages find their own text for each.
macro_rules! word_enum {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name { $($(#[$vdoc])* $variant),* }

        impl $name {
            /// Returns the word in tables and addresses.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }
        }

        impl std::str::FromStr for $name {
            type Err = crate::UnknownWord;

            fn from_str(word: &str) -> Result<Self, Self::Err> {
                match word {
                    $($word => Ok(Self::$variant),)*
                    _ => Err(crate::UnknownWord { word: word.chars().take(40).collect(), allowed: concat!($($word, " "),*) }),
                }
            }
        }
    };
}

/// Whether and how far a device is under management.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EnrolmentState {
    /// Never enrolled, or no longer.
    None,
    /// Said who it is; not yet under management.
    Authenticated,
    /// Under management.
    Enrolled,
}

impl EnrolmentState {
    /// Returns the word in tables and addresses.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Authenticated => "authenticated",
            Self::Enrolled => "enrolled",
        }
    }
}

impl std::str::FromStr for EnrolmentState {
    type Err = crate::UnknownWord;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        match word {
            "none" => Ok(Self::None),
            "authenticated" => Ok(Self::Authenticated),
            "enrolled" => Ok(Self::Enrolled),
            _ => Err(crate::UnknownWord { word: word.to_owned(), allowed: "none, authenticated, enrolled" }),
        }
    }
}

word_enum! {
    /// How far a command got. "Delivered" never reads as "done".
    CommandState {
        /// Waits for a second person to agree.
        Asked = "asked",
        /// Beyond a cap: waits for a second person to release it.
        Held = "held",
        /// Waits for the device to ask.
        Queued = "queued",
        /// Sent to the device; no answer yet.
        Delivered = "delivered",
        /// The device said "not now": offered again on a later connection.
        NotNow = "not-now",
        /// The device acknowledged it.
        Acknowledged = "acknowledged",
        /// The device refused or failed.
        Failed = "failed",
        /// The device could not read it: our error, never sent again unchanged.
        FormatError = "format-error",
        /// Cancelled before it was delivered.
        Cancelled = "cancelled",
        /// It ended while the device had it and had not answered: the enrolment ended, or a legal hold was placed.
        Uncertain = "uncertain",
    }
}

word_enum! {
    /// How far a hand-over got.
    HandoverState {
        /// Waits for signatures.
        Draft = "draft",
        /// Both signed.
        Complete = "complete",
        /// One side would not sign.
        Refused = "refused",
        /// Taken back by the desk before both had signed.
        Withdrawn = "withdrawn",
        /// Nobody signed in time.
        Expired = "expired",
    }
}

/// One side of a hand-over: a person, or a place for which a person signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Party {
    /// This person and nobody else.
    Person(PersonId),
    /// A person who may sign for the store or workshop.
    Place(PlaceId),
}

word_enum! {
    /// How far an entry is.
    PermissionState {
        /// Asked for and not decided.
        Asked = "asked",
        /// The first of two agreed; the second has not decided.
        Agreed = "agreed",
        /// Granted: in force from its start to its end.
        Granted = "granted",
        /// Refused.
        Refused = "refused",
        /// Taken back by who asked, or ended early by who decides.
        Withdrawn = "withdrawn",
        /// Its time is over.
        Lapsed = "lapsed",
    }
}

word_enum! {
    /// Where a notice stands.
    NoticeState {
        /// Held, or queued for the mail service.
        Waiting = "waiting",
        /// The mail service took it, or a text of it was delivered.
        Mailed = "mailed",
        /// There is no mail service: it stands on the person's own page.
        Shown = "shown",
        /// Given up: it stands on the person's own page, and on the desk's list.
        Undelivered = "undelivered",
    }
}

word_enum! {
    /// Where a person's row came from last.
    PersonSource {
        /// The force's directory.
        Scim = "scim",
        /// An imported file.
        Csv = "csv",
        /// A person's keyboard.
        Hand = "hand",
    }
}

word_enum! {
    /// Sent, acknowledged and reported are kept apart: only the last is compliance evidence.
    ProfileState {
        /// Its command is queued or on its way.
        Sent = "sent",
        /// The device acknowledged the command.
        Acknowledged = "acknowledged",
        /// The device lists it among its profiles.
        Reported = "reported",
        /// The device refused it.
        Failed = "failed",
        /// Its removal is queued.
        Removing = "removing",
    }
}

word_enum! {
    /// How a burst stands.
    BurstState {
        /// Waits for a second person.
        Held = "held",
        /// A second person let all of it through.
        Released = "released",
        /// A person cancelled all of it.
        Cancelled = "cancelled",
        /// Nobody decided in time.
        Expired = "expired",
    }
}

word_enum! {
    /// How a held act stands.
    HeldState {
        /// Waits for a second person.
        Held = "held",
        /// Released, and not yet done.
        Released = "released",
        /// Done.
        Done = "done",
        /// It could no longer be done.
        Failed = "failed",
        /// Cancelled, or over because nobody decided.
        Cancelled = "cancelled",
    }
}

word_enum! {
    /// What a period means.
    PeriodKind {
        /// On duty.
        Shift = "shift",
        /// The pattern's shifts that start in it do not take place.
        Replaced = "replaced",
        /// Away.
        Absence = "absence",
        /// To be reached, and not on duty.
        OnCall = "on-call",
    }
}

word_enum! {
    /// What an override does to an on-call rota.
    OverrideKind {
        /// Adds a person.
        Add = "add",
        /// Takes a person out.
        Remove = "remove",
        /// Puts a person in the place of another.
        Replace = "replace",
    }
}

word_enum! {
    /// How far a request to a colleague to take a span of a shift on call is.
    CoverState {
        /// Waits for the colleague.
        Asked = "asked",
        /// The colleague agreed: an override has changed the rota.
        Agreed = "agreed",
        /// The colleague declined.
        Declined = "declined",
        /// The person who asked took it back.
        Withdrawn = "withdrawn",
        /// Nobody agreed before the span began.
        Lapsed = "lapsed",
    }
}

word_enum! {
    /// The delivery state of a message that calls somebody about a loss.
    LossMessageState {
        /// Handed to the notices.
        Sent = "sent",
        /// The mail service took it, or it stands on the person's own page where there is none.
        Delivered = "delivered",
        /// It could not be delivered.
        Failed = "failed",
        /// The call was over before it was sent.
        Withdrawn = "withdrawn",
    }
}

word_enum! {
    /// A way by which a message leaves the service.
    Channel {
        /// Mail, by the force's relay.
        Mail = "mail",
        /// A text message to a mobile number.
        Text = "text",
        /// A signed request to a system of the force.
        Hook = "hook",
    }
}

word_enum! {
    /// The state of one message on one channel. [`DeliveryState::may_become`] says which follows which.
    DeliveryState {
        /// It waits for its time.
        Pending = "pending",
        /// A node is handing it to the provider.
        Sending = "sending",
        /// The provider accepted it. For mail nothing more is known; for a text it is not known yet whether it arrived.
        Sent = "sent",
        /// The provider says that it arrived.
        Delivered = "delivered",
        /// The provider refused it, or says that it did not arrive.
        Failed = "failed",
        /// It is not known whether it was sent or arrived, and nothing more is asked.
        Uncertain = "uncertain",
        /// The call was over before it was sent.
        Withdrawn = "withdrawn",
    }
}

impl DeliveryState {
    /// Every state.
    pub const ALL: [Self; 7] = [
        Self::Pending,
        Self::Sending,
        Self::Sent,
        Self::Delivered,
        Self::Failed,
        Self::Uncertain,
        Self::Withdrawn,
    ];

    /// Returns whether a message may go from this state to the next. Receipts come late, twice and in any order: none of them moves
    /// a message backwards, and one that arrived stays delivered.
    #[must_use]
    pub const fn may_become(self, next: Self) -> bool {
        match self {
            Self::Pending => matches!(next, Self::Sending | Self::Failed | Self::Withdrawn),
            // A node may hand a message over again where that does no harm, and its receipt may come before the answer.
            Self::Sending => !matches!(next, Self::Sending | Self::Withdrawn),
            Self::Sent => matches!(next, Self::Delivered | Self::Failed | Self::Uncertain),
            Self::Uncertain => matches!(next, Self::Delivered | Self::Failed),
            Self::Failed => matches!(next, Self::Delivered),
            Self::Delivered | Self::Withdrawn => false,
        }
    }
}

/// What is not accepted in its current wording.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MissingTerms {
    /// Nothing.
    Nothing,
    /// Only what is to be known, not what is to be agreed to.
    Awareness,
    /// Terms: what must be accepted before a device is used.
    Terms,
}

impl MissingTerms {
    /// Returns the word in the table.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Nothing => "none",
            Self::Awareness => "awareness",
            Self::Terms => "terms",
        }
    }
}

word_enum! {
    /// Why a password is to be changed or cleared.
    ResetCause {
        /// Its holder has forgotten it.
        Forgotten = "forgotten",
        /// Somebody else may know it.
        Known = "known",
    }
}

word_enum! {
    /// How a request about a password came to the desk.
    ResetCame {
        /// By telephone.
        Telephone = "telephone",
        /// In person, at the desk.
        InPerson = "in-person",
        /// On the holder's own page, signed in.
        SignedIn = "signed-in",
    }
}

word_enum! {
    /// The progress of a request about a password.
    ResetState {
        /// The holder is to change it on the device.
        Changing = "changing",
        /// The desk makes sure of who is asking.
        Proving = "proving",
        /// A second person is to decide.
        Deciding = "deciding",
        /// The order is on its way to the device.
        Ordered = "ordered",
        /// The device acknowledged that its password is cleared, and has not reported a new one.
        Cleared = "cleared",
        /// Agreed, and nothing can be done from afar: the desk does it with the holder.
        ByHand = "by-hand",
        /// The device reported a new password.
        Restored = "restored",
        /// A person said that it was changed; the device cannot show it.
        Stated = "stated",
        /// Refused.
        Refused = "refused",
        /// Its time was over.
        Expired = "expired",
        /// The device refused the order, or it was never carried out.
        Failed = "failed",
        /// Not wanted any more.
        Withdrawn = "withdrawn",
    }
}

impl ResetState {
    /// Returns whether somebody or something still has to act.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(
            self,
            Self::Changing | Self::Proving | Self::Deciding | Self::Ordered | Self::Cleared | Self::ByHand
        )
    }
}

word_enum! {
    /// A way of making sure who is asking for a password to be reset.
    ProofKind {
        /// A call to the number that the register has.
        CallBack = "call-back",
        /// A number that the desk read out, entered in the person's own session.
        Number = "number",
        /// The line manager's word, from their own session.
        Vouched = "vouched",
        /// The person at the desk, with their warrant card.
        InPerson = "in-person",
    }
}

word_enum! {
    /// What is wrong with a device.
    FaultKind {
        /// It does not work as it should.
        Fault = "fault",
        /// It is damaged.
        Damage = "damage",
        /// It looks as though somebody has interfered with it.
        Tampering = "tampered",
    }
}
