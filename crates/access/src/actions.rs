//! The actions that a permit can be for. An action whose name begins with "see" changes nothing; the schema puts it into the
//! group `read`, and all others into `change`.

/// An action that an actor may or may not take.
pub trait Action {
    /// Its name in the policies, the matrix and refusals.
    const NAME: &'static str;
}

macro_rules! actions {
    ($($(#[$doc:meta])* $name:ident = $word:literal;)*) => {
        $($(#[$doc])* #[derive(Debug, Clone, Copy)] pub enum $name {}
        impl Action for $name { const NAME: &'static str = $word; })*
        /// Every action's name, in order.
        pub const ACTIONS: &[&str] = &[$($word),*];
    };
}

actions! {
    /// Read the data that the service holds about oneself: one's devices, what one agreed to, what one is asked.
    SeeOwn = "see own";
    /// Read, answer and accept for oneself what one is asked.
    AcceptOwn = "accept own";
    /// Read who is exempt from a clause, for a reason.
    SeeExemptions = "see exemptions";
    /// Record that a person is exempt from a clause, and end the exemption.
    ManageExemptions = "manage exemptions";
    /// Read the documents, the clauses and how each is enforced.
    SeePolicy = "see policy";
    /// Read the register, and a device's page: the device, its owner, its place, its last contact. The other parts of that page
    /// each need one of the next actions.
    SeeDevices = "see devices";
    /// Read a device's further numbers: IMEI, ICCID, EID.
    SeeIdentifiers = "see device identifiers";
    /// Read what a device last reported, and the facts that a judgement used.
    SeeReports = "see device reports";
    /// Read which apps are on a device: they say something about a person.
    SeeApps = "see installed apps";
    /// Read the outcome of each clause for a device or a person, and the reason.
    SeeFindings = "see findings";
    /// Read findings of detections, which are never a finding of guilt.
    SeeDetections = "see detections";
    /// Read which settings were sent to a device and are in force.
    SeeSettings = "see device settings";
    /// Read what was ordered on a device, by whom and why.
    SeeCommands = "see device commands";
    /// Read who held a device before, and the hand-overs.
    SeeCustody = "see custody";
    /// Read that a device is under a legal hold.
    SeeHolds = "see holds";
    /// Read who holds what and who accepted what.
    SeePeople = "see people";
    /// Read cases.
    SeeCases = "see cases";
    /// Read, export and verify the ledger.
    SeeLedger = "see ledger";
    /// Add people and end their records.
    ManagePeople = "manage people";
    /// Send people and groups from a directory. For API tokens: no role needs it.
    ProvisionPeople = "provision people";
    /// Report when a person used a force system, from that system's own log. For API tokens: no role needs it.
    ReportUse = "report use";
    /// Add devices to the asset register, give them out and take them back.
    ManageRegister = "manage register";
    /// Read and sign the hand-overs that one is a side of.
    SignHandovers = "sign own hand-overs";
    /// Make an enrolment profile.
    EnrolDevices = "enrol devices";
    /// Revoke the certificates of a device, which ends all control over it.
    RevokeCertificates = "revoke certificates";
    /// Record an acceptance of terms on a person's behalf.
    RecordAcceptance = "record acceptance";
    /// Send commands that can be undone.
    CommandDevices = "command devices";
    /// Ask for a command that destroys data.
    DestroyData = "destroy data";
    /// Approve a command that destroys data, or refuse it. It is one's own if one asked for it.
    ApproveDestruction = "approve destruction";
    /// Read which orders are held beyond a cap, which wait for a second person, and what is frozen.
    SeeHeldOrders = "see held orders";
    /// Release orders that another person gave beyond a cap. They are one's own if one gave them.
    ReleaseOrders = "release held orders";
    /// Cancel orders that have not reached their devices: held, waiting and queued ones.
    CallOffOrders = "call off orders";
    /// Stop all destructive orders in a force.
    FreezeDestruction = "freeze destruction";
    /// Ask to lift a freeze, or confirm it. It is one's own if one asked for it.
    LiftFreeze = "lift freeze";
    /// Take a request about a forgotten or known password, record who is asking, and have it decided.
    AskReset = "ask password reset";
    /// Decide on a request about a password. It is one's own if one asked for the decision.
    DecideReset = "decide password reset";
    /// Vouch for a person who asks for a new password.
    VouchIdentity = "vouch for identity";
    /// Ask a lost device for its location.
    LocateDevices = "locate devices";
    /// Write in cases and close them.
    ManageCases = "manage cases";
    /// Open an incident by hand, assess one, and refer one to professional standards.
    AssessIncidents = "assess incidents";
    /// Decide whether the regulator must be told of a data breach, and decide again.
    DecideBreaches = "decide breaches";
    /// Read the figures of lost devices, and the losses that they are made of. They name nobody.
    SeeLossFigures = "see loss figures";
    /// Read people's state of duty.
    SeeDuty = "see duty";
    /// Keep duty patterns, shifts, absences and times on call.
    ManageDuty = "manage duty";
    /// Read which notices were not delivered.
    SeeNotices = "see notices";
    /// Retry a notice.
    ManageNotices = "manage notices";
    /// Contact a person who is off duty, for a live matter.
    ContactOffDuty = "contact off duty";
    /// Read the notices sent to people off duty, and sign-ins off duty in aggregate.
    ReviewOffDuty = "see off duty";
    /// Take a device back from its holder.
    WithdrawDevices = "withdraw devices";
    /// Place a legal hold on a device and end one, and read its reason.
    PlaceHolds = "place holds";
    /// Answer a question that is asked of a person: oneself, or a person whom one manages.
    AnswerForOneself = "answer for oneself";
    /// Read who has a covert role, for a stated reason.
    SeeCovert = "see covert roles";
    /// Read that there is a sealed case: its number and its time limit, but neither its type nor the person it is about.
    SeeSealedListed = "see sealed cases listed";
    /// Read cases whose content is sealed, for a stated reason; and their type without one.
    SeeSealed = "see sealed cases";
    /// See who has which role.
    SeeAccess = "see access";
    /// Grant a role and end one.
    ManageAccess = "manage access";
    /// Read the alarms that are sent at once to administrators and information security.
    SeeAlarms = "see alarms";
    /// Record that one has dealt with an alarm.
    AcknowledgeAlarms = "acknowledge alarms";
    /// See and end one's own sessions.
    SeeOwnSessions = "see own sessions";
    /// Read the registers of permissions and exceptions.
    SeeRegisters = "see registers";
    /// Ask for a permission or an exception.
    AskPermission = "ask permission";
    /// Decide on requests, in the registers that name the role.
    DecidePermission = "decide permission";
    /// Ask for a weaker policy to be brought into force, with a reason, or withdraw it.
    ChangePolicy = "change policy";
    /// Confirm a weaker policy that another person asked for. It is one's own if one asked for it.
    ConfirmPolicy = "confirm policy";
    /// Approve a document in the name of one's force.
    ApproveDocuments = "approve documents";
    /// Record the review of a document, and compare a file with its original.
    KeepDocuments = "keep documents";
    /// Run, configure, back up and repair the service.
    RunService = "run service";
}
