//! The people and devices of the demo. Every name, number and serial number is invented.

use devices_sim::{DeviceSpec, Model, Temper};
use domain::{DeviceKind, Force};
use kernel::access::Role;

/// How many people there are: half of them in each force.
pub const PEOPLE: usize = 60;
/// How many devices of any kind stand in the register.
pub const DEVICES: usize = 80;
/// How many of them, the first ones, are simulated and enrol.
pub const ENROLLED: usize = 40;
/// Apple devices: the simulated ones, and some that nobody has enrolled yet.
const APPLE: usize = 48;
/// The last people of the list are those whom a visitor can be.
const PERSONAS_FROM: usize = PEOPLE - PERSONAS.len();
/// Holders who have not accepted the terms, so that their devices are refused.
const NOT_ACCEPTED: [usize; 5] = [40, 41, 42, 46, 49];

const FIRST: [&str; 30] = [
    "Aisha", "Ben", "Carys", "Daniel", "Ellen", "Farid", "Grace", "Harry", "Imogen", "Jack", "Kavita",
    "Liam", "Megan", "Nathan", "Olivia", "Priya", "Quentin", "Rosie", "Samir", "Tessa", "Umar", "Violet",
    "Will", "Xanthe", "Yusuf", "Zoe", "Adam", "Bethan", "Callum", "Donna",
];
const LAST: [&str; PEOPLE] = [
    "Abbott",
    "Ashby",
    "Barlow",
    "Bright",
    "Calloway",
    "Chandler",
    "Dacre",
    "Dunmore",
    "Eastoe",
    "Ellwood",
    "Fairhead",
    "Fenn",
    "Garrod",
    "Gooch",
    "Hallam",
    "Howlett",
    "Ingate",
    "Ivory",
    "Jermy",
    "Juby",
    "Kerridge",
    "Knights",
    "Larter",
    "Leeder",
    "Mallett",
    "Moy",
    "Neave",
    "Nudd",
    "Orford",
    "Osier",
    "Pallant",
    "Plumb",
    "Quantrill",
    "Quayle",
    "Reeve",
    "Rix",
    "Sadd",
    "Smy",
    "Thaxter",
    "Tooley",
    "Underwood",
    "Utting",
    "Verrall",
    "Vince",
    "Wade",
    "Whiting",
    "Yallop",
    "Youngs",
    "Zealey",
    "Alston",
    "Borrett",
    "Catchpole",
    "Debenham",
    "Everitt",
    "Fisk",
    "Girling",
    "Hurrell",
    "Ives",
    "Kemball",
    "Ling",
];
const NORFOLK_UNITS: [&str; 6] = [
    "Response, Norwich",
    "Response, King's Lynn",
    "Investigations, Great Yarmouth",
    "Roads policing",
    "Safer neighbourhoods, Thetford",
    "Control room, Wymondham",
];
const SUFFOLK_UNITS: [&str; 6] = [
    "Response, Ipswich",
    "Response, Lowestoft",
    "Investigations, Bury St Edmunds",
    "Roads policing",
    "Safer neighbourhoods, Felixstowe",
    "Control room, Martlesham",
];

/// Somebody of the demo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Someone {
    /// The force.
    pub force: Force,
    /// The collar or staff number.
    pub number: String,
    /// The name.
    pub name: String,
    /// The word of the role in the register.
    pub role: &'static str,
    /// The unit.
    pub unit: &'static str,
    /// Whether they accept the terms.
    pub accepts: bool,
}

/// A device of the demo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kit {
    /// The serial number.
    pub serial: String,
    /// The kind of device.
    pub kind: DeviceKind,
    /// The force that owns it.
    pub force: Force,
    /// The place of its holder among the people.
    pub holder: Option<usize>,
    /// The asset tag.
    pub tag: String,
}

/// Whom a visitor of the demo can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Visitor {
    /// The role.
    pub role: Role,
    /// The wall that they stand behind.
    pub force: Option<Force>,
    /// What they come for, in a line.
    pub says: &'static str,
}

/// Whom a visitor can be, in the order in which it is offered.
pub const PERSONAS: [Visitor; 8] = [
    Visitor {
        role: Role::ServiceDeskAnalyst,
        force: Some(Force::Norfolk),
        says: "Service desk, Norfolk: gives out devices, sees what is wrong with them, puts it right.",
    },
    Visitor {
        role: Role::ServiceDeskAnalyst,
        force: Some(Force::Suffolk),
        says: "Service desk, Suffolk: the same work on the other side of the wall between the forces.",
    },
    Visitor {
        role: Role::DutyOfficer,
        force: Some(Force::Norfolk),
        says: "Force Duty Officer: at three in the morning, makes a lost phone safe.",
    },
    Visitor {
        role: Role::InformationSecurity,
        force: None,
        says: "Information security: what is enforced, reported, stated or unknowable, in both forces.",
    },
    Visitor {
        role: Role::PsdInvestigator,
        force: None,
        says: "Professional standards: reads, changes nothing, and is in the ledger for what they read.",
    },
    Visitor {
        role: Role::PolicyOwner,
        force: None,
        says: "Owner of a document: which clauses hold, which cannot be enforced, what is overdue.",
    },
    Visitor {
        role: Role::Auditor,
        force: None,
        says: "Auditor: from a clause to its control, the compliance evidence and the date.",
    },
    Visitor { role: Role::Administrator, force: None, says: "Administrator: runs the service." },
];

/// Holders whom a visitor can be: their place among the people, and what they come for.
pub const HOLDERS: [(usize, &str); 2] = [
    (0, "Officer with a force phone: is it in order, what did I agree to?"),
    (40, "Officer who is to have a phone, and has not read the terms yet."),
];

/// The place among the people of the person behind a persona.
pub const fn persona_person(persona: usize) -> usize {
    PERSONAS_FROM + persona
}

fn force_of(place: usize) -> Force {
    match place
        .checked_sub(PERSONAS_FROM)
        .and_then(|persona| PERSONAS.get(persona))
        .and_then(|persona| persona.force)
    {
        Some(force) => force,
        None if place.is_multiple_of(2) => Force::Norfolk,
        None => Force::Suffolk,
    }
}

/// Everybody, in order.
pub fn people() -> Vec<Someone> {
    (0..PEOPLE).map(someone).collect()
}

fn someone(place: usize) -> Someone {
    let force = force_of(place);
    let pick = |of: &[&'static str]| of.get(place % of.len().max(1)).copied().unwrap_or_default();
    let (first_number, units) = match force {
        Force::Norfolk => (1000, &NORFOLK_UNITS),
        Force::Suffolk => (2000, &SUFFOLK_UNITS),
    };
    let role = match place {
        place if place >= PERSONAS_FROM => "staff",
        place if place % 12 == 7 => "special constable",
        place if place % 5 == 3 => "staff",
        _ => "officer",
    };
    Someone {
        force,
        number: (first_number + place).to_string(),
        name: format!("{} {}", pick(&FIRST), pick(&LAST)),
        role,
        unit: pick(units),
        accepts: !NOT_ACCEPTED.contains(&place),
    }
}

/// Every device, the simulated ones first.
pub fn devices() -> Vec<Kit> {
    (0..DEVICES).map(kit).collect()
}

fn kit(place: usize) -> Kit {
    let kind = match place {
        place if place < APPLE => match place % 5 {
            0..=2 => DeviceKind::Iphone,
            3 => DeviceKind::Ipad,
            _ => DeviceKind::Mac,
        },
        48..64 => DeviceKind::WindowsPc,
        64..70 => DeviceKind::AndroidPhone,
        70..72 => DeviceKind::AndroidTablet,
        _ => DeviceKind::Radio,
    };
    // Three of the Apple devices lie in the store room; everything else has a holder.
    let holder = match place {
        45..48 => None,
        place if place < APPLE => Some(place),
        place => Some(place * 7 % PEOPLE),
    };
    let force = force_of(holder.unwrap_or(place));
    let letters = match force {
        Force::Norfolk => "NC",
        Force::Suffolk => "SC",
    };
    Kit {
        serial: format!("DEMO{:06}", 104_729 + place * 131),
        kind,
        force,
        holder,
        tag: format!("{letters}-{:05}", 1200 + place),
    }
}

/// How the simulated device at a place behaves: 26 of 40 do what they should.
fn temper(place: usize) -> Temper {
    match place {
        3 | 10 | 19 | 31 => Temper::NonCompliant,
        6 | 14 | 28 => Temper::Silent,
        5 | 22 => Temper::NotNow,
        12 | 33 => Temper::Duplicating,
        21 => Temper::ClockSkewed,
        36 => Temper::ReEnrolling,
        24 => Temper::Tampered,
        _ => Temper::Honest,
    }
}

/// The simulated devices: what each is, and the seed that its behaviour follows from.
pub fn simulated() -> Vec<(DeviceSpec, u64)> {
    devices()
        .into_iter()
        .take(ENROLLED)
        .zip(0..)
        .filter_map(|(kit, place)| {
            let seed = 0x1a17_0000 + u64::try_from(place).unwrap_or_default();
            Some((DeviceSpec::plausible(model(kit.kind)?, &kit.serial, temper(place), seed), seed))
        })
        .collect()
}

/// The simulated model of a kind of device.
pub const fn model(kind: DeviceKind) -> Option<Model> {
    match kind {
        DeviceKind::Iphone => Some(Model::Iphone),
        DeviceKind::Ipad => Some(Model::Ipad),
        DeviceKind::Mac => Some(Model::Mac),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_force_is_as_large_as_it_says_and_nobody_is_there_twice() {
        let people = people();
        let numbers: BTreeSet<_> = people.iter().map(|one| (one.force, &one.number)).collect();
        let names: BTreeSet<_> = people.iter().map(|one| &one.name).collect();
        assert_eq!((people.len(), numbers.len(), names.len()), (PEOPLE, PEOPLE, PEOPLE));
        assert_eq!(people.iter().filter(|one| one.force == Force::Norfolk).count(), PEOPLE / 2);
        let devices = devices();
        let serials: BTreeSet<_> = devices.iter().map(|kit| &kit.serial).collect();
        assert_eq!((devices.len(), serials.len()), (DEVICES, DEVICES));
        let apple = devices.iter().filter(|kit| model(kit.kind).is_some());
        assert_eq!(apple.count(), APPLE);
    }

    #[test]
    fn everything_that_enrols_may_and_a_mac_is_tampered_with() {
        let (people, devices, simulated) = (people(), devices(), simulated());
        assert_eq!(simulated.len(), ENROLLED);
        for kit in devices.iter().take(ENROLLED) {
            let holder = &people[kit.holder.unwrap()];
            assert!(holder.accepts && holder.force == kit.force, "{}", kit.serial);
        }
        let of = |temper| simulated.iter().filter(|(spec, _)| spec.temper == temper).count();
        assert_eq!(Temper::ALL.iter().map(|one| of(*one)).collect::<Vec<_>>(), [26, 4, 3, 2, 2, 1, 1, 1]);
        let tampered = simulated.iter().find(|(spec, _)| spec.temper == Temper::Tampered).unwrap();
        assert_eq!(tampered.0.model, Model::Mac);
    }
}
