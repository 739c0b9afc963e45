//! A made-up vendor, for tests only: it proves that a second platform fits behind the port without a change above it.
//!
//! It calls nothing as Apple does. Messages are lines of text; one question asks for everything; a computer is located without
//! lost mode, which it does not have; it locks with a code of four digits; it needs a secret of its own to remove a passcode; it
//! enrols with a text file that is not signed; and its own values are kept in memory, not in a table.

mod own;
mod talk;

use domain::{CommandId, Coverage, Platform, Secret, SettingKey, SettingValue};
use platform_port::{
    Answer, Bundle, CannotCompile, CannotPrepare, Compiled, EnrolmentFile, Group, Lane, Offer, Order,
    Publisher, Supplies, Target, Unreadable, Vendor, Weight,
};

pub use own::InMemory;
pub use talk::{begin, leave, ready, speaker};

/// What the vendor needs of an enrolment to remove a passcode.
pub const SEAL: &str = "abacus-seal";

/// The vendor.
#[derive(Debug, Clone, Copy, Default)]
pub struct Abacus;

impl Vendor for Abacus {
    fn name(&self) -> &'static str {
        "abacus"
    }

    fn platforms(&self) -> &'static [Platform] {
        &[Platform::Windows]
    }

    fn cover(&self, _platform: Platform, _key: &SettingKey, _value: &SettingValue) -> Coverage {
        Coverage::enforced()
    }

    fn compile(
        &self,
        _platform: Platform,
        groups: Vec<Group>,
        publisher: &Publisher,
    ) -> Result<Compiled, CannotCompile> {
        let bundles = groups.into_iter().map(|group| bundle(group, publisher)).collect();
        Ok(Compiled { bundles, warnings: vec!["an abacus has no clock".to_owned()] })
    }

    fn bundle_extension(&self) -> &'static str {
        "beads"
    }

    fn has(&self, _platform: Platform, order: &Order) -> bool {
        talk::verb(order).is_some()
    }

    fn weight(&self, order: &Order) -> Weight {
        let lane =
            if matches!(order, Order::Lock { .. } | Order::Erase) { Lane::Urgent } else { Lane::Normal };
        Weight { lane, effect: order.deed().effect() }
    }

    fn code_digits(&self, _platform: Platform, order: &Order) -> Option<u32> {
        matches!(order, Order::Lock { .. }).then_some(4)
    }

    fn consequence(&self, _platform: Platform, order: &Order) -> Option<&'static str> {
        matches!(order, Order::Lock { .. }).then_some("The beads freeze until the code is counted out.")
    }

    fn refusal(&self, order: &Order, target: &Target) -> Option<String> {
        if !self.has(target.platform, order) {
            return Some(format!("an abacus cannot do \"{}\"", order.word()));
        }
        (*order == Order::ClearPasscode && !target.kept.contains(SEAL))
            .then(|| "the abacus never gave its seal".to_owned())
    }

    fn needs(&self, order: &Order) -> &'static [&'static str] {
        if *order == Order::ClearPasscode { &[SEAL] } else { &[] }
    }

    fn prepare(
        &self,
        id: CommandId,
        order: &Order,
        _platform: Platform,
        supplies: &Supplies,
    ) -> Result<Vec<u8>, CannotPrepare> {
        talk::write(id, order, supplies)
    }

    fn read(&self, bytes: &[u8]) -> Result<Answer, Unreadable> {
        talk::read(bytes)
    }

    fn enrolment_steps(&self, _platform: Platform) -> &'static [&'static str] {
        &["Read the file to the abacus, a line at a time."]
    }

    fn enrolment_file(&self, offer: Offer) -> Result<EnrolmentFile, CannotPrepare> {
        let text = format!(
            "service {}\nname {}\nchallenge {}\n",
            offer.address,
            offer.name,
            offer.challenge.expose()
        );
        Ok(EnrolmentFile {
            bytes: Secret::new(text.into_bytes()),
            extension: "beads",
            media_type: "text/plain",
            is_signed: false,
        })
    }
}

fn bundle(group: Group, publisher: &Publisher) -> Bundle {
    let mut text = format!("from {}\n", publisher.organisation);
    for (key, value) in &group.values {
        text.push_str(&format!("{key} {value:?}\n"));
    }
    // FNV-1a: other settings have another mark, which is all that a test needs.
    let mark = text
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |sum, byte| (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    Bundle {
        identifier: format!("abacus.{}", group.id),
        group: group.id,
        mark: format!("{mark:016X}"),
        title: group.title,
        clauses: group.clauses,
        bytes: text.into_bytes(),
    }
}
