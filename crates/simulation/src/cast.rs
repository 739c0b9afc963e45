//! The people and devices of the demo, for the forces of whatever policy it runs. Every name, number and serial number is invented.

use devices_sim::{DeviceSpec, Model, Temper};
use domain::{DeviceKind, Force};
use kernel::access::Role;

/// How many people there are: as many in each force as in any other.
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
const UNITS: [&str; 6] = [
    "Response, north",
    "Response, south",
    "Investigations",
    "Roads policing",
    "Safer neighbourhoods",
    "Control room",
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
    /// The force that they are limited to.
    pub of: Of,
    /// What they come for, in a line.
    pub says: &'static str,
}

/// The force of a visitor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    /// The first force of the policy.
    First,
    /// Another force, where the policy has several.
    Another,
    /// No one force: their role covers all.
    Every,
}

/// Whom a visitor can be, in the order in which it is offered.
pub const PERSONAS: [Visitor; 9] = [
    Visitor {
        role: Role::ServiceDeskAnalyst,
        of: Of::First,
        says: "Service desk: gives out devices, sees what is wrong with them, puts it right.",
    },
    Visitor {
        role: Role::ServiceDeskAnalyst,
        of: Of::Another,
        says: "Another service desk analyst: in another force, where there is one, behind the wall between forces.",
    },
    Visitor {
        role: Role::DutyOfficer,
        of: Of::First,
        says: "Force Duty Officer: at three in the morning, makes a lost phone safe.",
    },
    Visitor {
        role: Role::InformationSecurity,
        of: Of::Every,
        says: "Information security: what is enforced, reported, stated or unknowable, in every force.",
    },
    Visitor {
        role: Role::PsdInvestigator,
        of: Of::Every,
        says: "Professional standards: reads, changes nothing, and is in the ledger for what they read.",
    },
    Visitor {
        role: Role::PolicyOwner,
        of: Of::Every,
        says: "Owner of a document: which clauses hold, which cannot be enforced, what is overdue.",
    },
    Visitor {
        role: Role::Auditor,
        of: Of::Every,
        says: "Auditor: from a clause to its control, the compliance evidence and the date.",
    },
    Visitor { role: Role::Administrator, of: Of::Every, says: "Administrator: runs the service." },
    Visitor {
        role: Role::DataProtectionOfficer,
        of: Of::Every,
        says: "Data protection officer: decides whether the regulator must be told, before the clock ends.",
    },
];

/// Holders whom a visitor can be: their place among the people, and what they come for.
pub const HOLDERS: [(usize, &str); 2] = [
    (0, "Officer with a force phone: is it in order, what did I agree to?"),
    (40, "Officer who is to have a phone, and has not read the terms yet."),
];

/// Returns the place among the people of the person behind a persona.
pub const fn persona_person(persona: usize) -> usize {
    PERSONAS_FROM + persona
}

/// The people and devices of the demo, in the forces of its policy.
#[derive(Debug, Clone)]
pub struct Cast {
    /// The forces; there is always one.
    forces: Vec<Force>,
}

impl Cast {
    /// Makes the cast for forces; `None` without any.
    pub fn of(forces: Vec<Force>) -> Option<Self> {
        (!forces.is_empty()).then_some(Self { forces })
    }

    /// Returns the forces.
    pub fn forces(&self) -> &[Force] {
        &self.forces
    }

    /// Returns the force of a visitor; `None` for one who serves all.
    pub fn force_of_visitor(&self, visitor: &Visitor) -> Option<Force> {
        match visitor.of {
            Of::First => self.forces.first().copied(),
            Of::Another => self.forces.get(1).or(self.forces.first()).copied(),
            Of::Every => None,
        }
    }

    /// Returns the force at a place in the list, and its number among the forces.
    fn force_of(&self, place: usize) -> (usize, Force) {
        let visitor = place.checked_sub(PERSONAS_FROM).and_then(|persona| PERSONAS.get(persona));
        let force = visitor.and_then(|visitor| self.force_of_visitor(visitor));
        let number = match force {
            Some(force) => self.forces.iter().position(|one| *one == force).unwrap_or_default(),
            None => place % self.forces.len().max(1),
        };
        // A cast without forces cannot be made, so the first is always there.
        let force = self.forces.get(number).or(self.forces.first()).copied();
        (number, force.unwrap_or(domain::samples::HOME))
    }

    /// Lists everybody, in order.
    pub fn people(&self) -> Vec<Someone> {
        (0..PEOPLE).map(|place| self.someone(place)).collect()
    }

    fn someone(&self, place: usize) -> Someone {
        let (number, force) = self.force_of(place);
        let pick = |of: &[&'static str]| of.get(place % of.len().max(1)).copied().unwrap_or_default();
        let role = match place {
            place if place >= PERSONAS_FROM => "staff",
            place if place % 12 == 7 => "special constable",
            place if place % 5 == 3 => "staff",
            _ => "officer",
        };
        Someone {
            force,
            number: (1000 * (number + 1) + place).to_string(),
            name: format!("{} {}", pick(&FIRST), pick(&LAST)),
            role,
            unit: pick(&UNITS),
            accepts: !NOT_ACCEPTED.contains(&place),
        }
    }

    /// Lists every device, the simulated ones first.
    pub fn devices(&self) -> Vec<Kit> {
        (0..DEVICES).map(|place| self.kit(place)).collect()
    }

    fn kit(&self, place: usize) -> Kit {
        let kind = kind_at(place);
        // Three of the Apple devices lie in the store room; everything else has a holder.
        let holder = match place {
            45..48 => None,
            place if place < APPLE => Some(place),
            place => Some(place * 7 % PEOPLE),
        };
        let (_, force) = self.force_of(holder.unwrap_or(place));
        let letter = force.as_str().chars().next().unwrap_or('x').to_ascii_uppercase();
        Kit { serial: serial_at(place), kind, force, holder, tag: format!("{letter}C-{:05}", 1200 + place) }
    }
}

/// Returns the serial number of the device at a place.
pub fn serial_at(place: usize) -> String {
    format!("DEMO{:06}", 104_729 + place * 131)
}

const fn kind_at(place: usize) -> DeviceKind {
    match place {
        place if place < APPLE => match place % 5 {
            0..=2 => DeviceKind::Iphone,
            3 => DeviceKind::Ipad,
            _ => DeviceKind::Mac,
        },
        48..64 => DeviceKind::WindowsPc,
        64..70 => DeviceKind::AndroidPhone,
        70..72 => DeviceKind::AndroidTablet,
        _ => DeviceKind::Radio,
    }
}

/// Returns how the simulated device at a place behaves: 26 of 40 do what they should.
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

/// Returns the simulated devices: what each is, and the seed that its behaviour follows from. They are the same in every force.
pub fn simulated() -> Vec<(DeviceSpec, u64)> {
    (0..ENROLLED)
        .zip(0_u64..)
        .filter_map(|(place, number)| {
            let seed = 0x1a17_0000 + number;
            let model = model(kind_at(place))?;
            Some((DeviceSpec::plausible(model, &serial_at(place), temper(place), seed), seed))
        })
        .collect()
}

/// Returns the simulated model of a kind of device.
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

    fn cast(forces: &[&str]) -> Cast {
        Cast::of(forces.iter().map(|word| word.parse().unwrap()).collect()).unwrap()
    }

    #[test]
    fn one_force_or_three_have_everybody_once() {
        assert!(Cast::of(Vec::new()).is_none());
        for forces in [&["alone"][..], &["one", "two", "three"][..]] {
            let cast = cast(forces);
            let people = cast.people();
            let numbers: BTreeSet<_> = people.iter().map(|one| (one.force, &one.number)).collect();
            assert_eq!(numbers.len(), PEOPLE);
            let served: BTreeSet<_> = people.iter().map(|one| one.force).collect();
            assert_eq!(served.len(), forces.len());
            for kit in cast.devices() {
                assert!(kit.holder.is_none_or(|holder| people[holder].force == kit.force), "{}", kit.serial);
            }
        }
    }

    #[test]
    fn the_force_is_as_large_as_it_says_and_nobody_is_there_twice() {
        let cast = cast(&["one", "two"]);
        let people = cast.people();
        let numbers: BTreeSet<_> = people.iter().map(|one| (one.force, &one.number)).collect();
        let names: BTreeSet<_> = people.iter().map(|one| &one.name).collect();
        assert_eq!((people.len(), numbers.len(), names.len()), (PEOPLE, PEOPLE, PEOPLE));
        // Whom a visitor can be has a force by what they come for; everybody else is in one or the other by turns.
        let first = people.iter().filter(|one| one.force == cast.forces()[0]).count();
        assert!(first.abs_diff(PEOPLE / 2) <= 1, "{first}");
        let devices = cast.devices();
        let serials: BTreeSet<_> = devices.iter().map(|kit| &kit.serial).collect();
        assert_eq!((devices.len(), serials.len()), (DEVICES, DEVICES));
        let apple = devices.iter().filter(|kit| model(kit.kind).is_some());
        assert_eq!(apple.count(), APPLE);
    }

    #[test]
    fn everything_that_enrols_may_and_a_mac_is_tampered_with() {
        let cast = cast(&["one", "two"]);
        let (people, devices, simulated) = (cast.people(), cast.devices(), simulated());
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
