//! Apps, accounts, mail, data and the device itself (MDU sections 3, 7, 10, 11, 13, 14 and 15, UPD sections 6 and 8).

use super::Answer::{Held, Inherent, No, Partly};
use super::Shape::{Address, Allow, Host, Require, Words};
use super::{Rule, rule};

const NO_BLOCK_LIST: &str = "A Mac has no list of apps that may not run.";
const STORE_ONLY: &str =
    "The App Store of a Mac is closed; software from web sites is held only to its signature.";
const ANY_SOURCE: &str = "A Mac takes software from any source; it can only be held to its signature.";
const NO_MENU: &str =
    "The way past the check in the Finder is taken away; an administrator of the Mac has others.";
const TAMPERED: &str = "Only signed code runs, but a device whose system was tampered with is past that, and no report would say so.";
const ADMIN_OVERRIDES: &str = "Someone with an administrator's password can let an unsigned program open.";
const USER_CHANNEL: &str =
    "A Mac takes a web clip only on the channel of one user, which Lanyard does not use.";
const NO_IDENTITY: &str = "No device says under which account a social media app is signed in.";
const JUDGEMENT: &str = "Whether a sender is recognised and expected is the holder's judgement.";
const NO_ADDRESS: &str = "The account needs the holder's own address and one profile serves everybody, so the holder adds the account.";
const NO_BORDER: &str = "A Mac does not part managed apps from others.";
const RECOVERY: &str =
    "The erase button is taken away; restoring the device through its recovery mode stays possible.";
const BY_ENROLMENT: &str = "Holds where Apple's enrolment service put the device under management as not removable; a \
                            device enrolled by hand can be released in its settings.";
const NO_ALBUM_SWITCH: &str = "A Mac has no switch for shared albums alone.";
const NO_CLOUD_BORDER: &str = "A Mac has no switch for the cloud data of managed apps.";
const NO_BACKUP_RULE: &str = "No profile makes a Mac's backups encrypted.";
const NO_VOICEMAIL: &str = "No setting of a Mac speaks of voicemail.";
const VOICEMAIL_LATER: &str = "Held from iOS 17.2 on; iOS 17.0 and 17.1 ignore it.";
const NO_APP_LOCATION: &str = "Apple has no setting that denies location to one app; only the holder can.";

pub(super) const RULES: &[Rule] = &[
    rule("apps.blocked", Words, Held, No(NO_BLOCK_LIST)),
    rule("apps.allow_user_install", Allow, Held, Partly(STORE_ONLY)),
    rule("apps.allow_marketplaces", Allow, Held, No(ANY_SOURCE)),
    rule("apps.allow_web_install", Allow, Held, No(ANY_SOURCE)),
    // App Clips and hidden apps are things of iPhone and iPad.
    rule("apps.allow_clips", Allow, Held, Inherent),
    rule("apps.allow_hidden", Allow, Held, Inherent),
    rule("apps.allow_untrusted_developers", Allow, Held, Partly(NO_MENU)),
    rule("apps.require_signed", Require, Partly(TAMPERED), Partly(ADMIN_OVERRIDES)),
    rule("apps.links_address", Address, Held, No(USER_CHANNEL)),
    rule("accounts.allow_change", Allow, Held, Held),
    // A personal-issue iPhone or iPad has no guest.
    rule("accounts.allow_guest", Allow, Inherent, Held),
    rule("accounts.only_official_social", Require, No(NO_IDENTITY), No(NO_IDENTITY)),
    rule("mail.domains", Words, Held, Held),
    rule("mail.only_expected_attachments", Require, No(JUDGEMENT), No(JUDGEMENT)),
    rule("mail.host", Host, No(NO_ADDRESS), No(NO_ADDRESS)),
    rule("data.allow_managed_to_unmanaged", Allow, Held, No(NO_BORDER)),
    rule("data.allow_unmanaged_to_managed", Allow, Held, No(NO_BORDER)),
    rule("data.managed_clipboard", Require, Held, No(NO_BORDER)),
    rule("profiles.allow_user_install", Allow, Held, Held),
    rule("device.allow_user_erase", Allow, Partly(RECOVERY), Partly(RECOVERY)),
    rule("management.allow_removal", Allow, Partly(BY_ENROLMENT), Partly(BY_ENROLMENT)),
    rule("cloud.allow_photo_library", Allow, Held, Held),
    rule("cloud.allow_shared_albums", Allow, Held, No(NO_ALBUM_SWITCH)),
    // A Mac does not back itself up to the cloud.
    rule("cloud.allow_backup", Allow, Held, Inherent),
    rule("cloud.allow_documents", Allow, Held, Held),
    rule("cloud.allow_managed_apps", Allow, Held, No(NO_CLOUD_BORDER)),
    rule("backup.require_encryption", Require, Held, No(NO_BACKUP_RULE)),
    rule("handoff.allow", Allow, Held, Held),
    rule("mirroring.allow", Allow, Held, Held),
    rule("voicemail.allow_live", Allow, Partly(VOICEMAIL_LATER), No(NO_VOICEMAIL)),
    rule("location.deny_in_social_apps", Require, No(NO_APP_LOCATION), No(NO_APP_LOCATION)),
    // The storage of iPhone and iPad is always encrypted, under the passcode once there is one.
    rule("disk.require_encryption", Require, Inherent, Held),
];
