//! Apple's devices behind the port: our orders as Apple's commands, its answers as ours, profiles of settings, the enrolment
//! profile, and pushes.
//!
//! Bytes are `protocol-apple`'s and HTTP is the gateway's; here one is translated into the other's words. Decides nothing, keeps
//! nothing: what Apple needs of an enrolment it names ([`UNLOCK_TOKEN`], [`BOOTSTRAP_TOKEN`]), and the service stores it.

mod answers;
mod check_in;
mod enrolment;
mod orders;
mod push;
mod settings;

use domain::{CommandId, Coverage, Effect, Platform, SettingKey, SettingValue};
use platform_port::{
    Answer, CannotCompile, CannotPrepare, Compiled, EnrolmentFile, Group, Keepsake, Lane, Offer, Order,
    Publisher, Question, Supplies, Target, Unreadable, Vendor, Weight,
};
use protocol_apple::{commands, connect, settings as protocol_settings};

pub use answers::answer;
pub use check_in::{check_in, speaker};
pub use push::Push;

/// The token of an iPhone or iPad with which its passcode can be removed.
pub const UNLOCK_TOKEN: &str = "unlock";
/// The token with which a Mac lets its owner authorise updates and extensions. The Mac asks for it back.
pub const BOOTSTRAP_TOKEN: Keepsake = Keepsake {
    name: "bootstrap",
    stored: "bootstrap-token.stored",
    deleted: "bootstrap-token.deleted",
    given: "bootstrap-token.given",
};

/// Digits of the PIN with which a Mac is locked or erased.
const PIN_DIGITS: u32 = 6;
/// What a Mac makes of a lock.
const MAC_LOCK: &str =
    "The Mac restarts and asks for a PIN, which is made here and kept sealed. Unsaved work is lost.";

/// Apple as a vendor: iPhone, iPad and Mac.
#[derive(Debug, Clone, Default)]
pub struct Apple {
    topic: String,
}

impl Apple {
    /// Makes the vendor for a service whose push certificate has that topic. Without one (empty) devices enrol and are never
    /// pushed.
    pub fn new(topic: impl Into<String>) -> Self {
        Self { topic: topic.into() }
    }
}

impl Vendor for Apple {
    fn name(&self) -> &'static str {
        "apple"
    }

    fn platforms(&self) -> &'static [Platform] {
        &[Platform::Ios, Platform::Ipados, Platform::Macos]
    }

    fn cover(&self, platform: Platform, key: &SettingKey, value: &SettingValue) -> Coverage {
        protocol_settings::AppleCompiler::new(platform).map_or_else(
            || Coverage::not_enforceable(format!("{} is not one of Apple's platforms.", platform.title())),
            |compiler| compiler.cover(key, value),
        )
    }

    fn compile(
        &self,
        platform: Platform,
        groups: Vec<Group>,
        publisher: &Publisher,
    ) -> Result<Compiled, CannotCompile> {
        settings::compile(platform, groups, publisher)
    }

    fn bundle_extension(&self) -> &'static str {
        enrolment::EXTENSION
    }

    fn has(&self, platform: Platform, order: &Order) -> bool {
        self.parts(platform, order).iter().all(|part| {
            orders::stand_in(part, platform)
                .is_some_and(|command| command.meta().platforms.contains(&platform))
        })
    }

    fn parts(&self, platform: Platform, order: &Order) -> Vec<Order> {
        if *order != Order::Refresh {
            return vec![order.clone()];
        }
        let mut questions = vec![Question::Device, Question::Security, Question::Settings];
        if platform != Platform::Macos {
            questions.push(Question::Restrictions);
        }
        questions.extend([Question::Apps, Question::Certificates]);
        questions.into_iter().map(|question| Order::Ask { question }).collect()
    }

    fn weight(&self, order: &Order) -> Weight {
        let found = orders::stand_in(order, Platform::Ios).map(|command| *command.meta());
        found.map_or(
            // A refresh is sent as questions, and each of them is harmless.
            Weight { lane: Lane::Normal, effect: Effect::Harmless },
            |meta| Weight {
                lane: match meta.lane {
                    commands::Lane::Urgent => Lane::Urgent,
                    commands::Lane::Normal => Lane::Normal,
                },
                effect: meta.effect,
            },
        )
    }

    fn code_digits(&self, platform: Platform, order: &Order) -> Option<u32> {
        let takes_pin = matches!(order, Order::Lock { .. } | Order::Erase);
        (platform == Platform::Macos && takes_pin).then_some(PIN_DIGITS)
    }

    fn consequence(&self, platform: Platform, order: &Order) -> Option<&'static str> {
        (platform == Platform::Macos && matches!(order, Order::Lock { .. })).then_some(MAC_LOCK)
    }

    fn refusal(&self, order: &Order, target: &Target) -> Option<String> {
        orders::refusal(order, target)
    }

    fn needs(&self, order: &Order) -> &'static [&'static str] {
        if *order == Order::ClearPasscode { &[UNLOCK_TOKEN] } else { &[] }
    }

    fn prepare(
        &self,
        id: CommandId,
        order: &Order,
        platform: Platform,
        supplies: &Supplies,
    ) -> Result<Vec<u8>, CannotPrepare> {
        Ok(orders::command(order, platform, supplies)?.encode(&id.to_string()))
    }

    fn read(&self, bytes: &[u8]) -> Result<Answer, Unreadable> {
        connect::decode(bytes, bytes.len().max(1)).map(answer).map_err(|error| Unreadable(error.to_string()))
    }

    fn enrolment_steps(&self, _platform: Platform) -> &'static [&'static str] {
        &[
            "Open the profile there: by a cable and Apple Configurator, or from a message to the device.",
            "In Settings, open Profile Downloaded, and install it.",
        ]
    }

    fn enrolment_file(&self, offer: Offer) -> Result<EnrolmentFile, CannotPrepare> {
        Ok(enrolment::file(offer, self.topic.clone()))
    }
}
