//! Translates the words of other asset systems into those of this register.
//!
//! A category is understood by whole words, and by the one that names the thing: `Laptop charger` is a charger and `Charger for
//! laptops` is one too. Anything left open becomes a question, once for each category of a file.

use domain::DeviceKind;

use kernel::imports::{Answers, Ask};

/// Meaning of a category.
pub(super) enum Meant {
    /// Known kind of device.
    Kind(DeviceKind),
    /// Thing that the register does not keep, according to the answer.
    LeftOut,
    /// Category that needs an answer.
    Asked(Ask),
    /// Missing category.
    Nothing,
}

/// Thing that the words of a category name, before the maker is considered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Thing {
    Phone,
    Tablet,
    Computer,
    /// Thing whose word gives its kind.
    Exactly(DeviceKind),
}

const WORDS: &[(&str, Thing)] = &[
    ("phone", Thing::Phone),
    ("smartphone", Thing::Phone),
    ("mobile", Thing::Phone),
    ("cellphone", Thing::Phone),
    ("handset", Thing::Phone),
    ("tablet", Thing::Tablet),
    ("laptop", Thing::Computer),
    ("notebook", Thing::Computer),
    ("desktop", Thing::Computer),
    ("computer", Thing::Computer),
    ("workstation", Thing::Computer),
    ("pc", Thing::Computer),
    ("iphone", Thing::Exactly(DeviceKind::Iphone)),
    ("ipad", Thing::Exactly(DeviceKind::Ipad)),
    ("mac", Thing::Exactly(DeviceKind::Mac)),
    ("macbook", Thing::Exactly(DeviceKind::Mac)),
    ("imac", Thing::Exactly(DeviceKind::Mac)),
    ("sim", Thing::Exactly(DeviceKind::Sim)),
    ("esim", Thing::Exactly(DeviceKind::Sim)),
    ("radio", Thing::Exactly(DeviceKind::Radio)),
    ("airwave", Thing::Exactly(DeviceKind::Radio)),
    ("tetra", Thing::Exactly(DeviceKind::Radio)),
    ("charger", Thing::Exactly(DeviceKind::Accessory)),
    ("case", Thing::Exactly(DeviceKind::Accessory)),
    ("cable", Thing::Exactly(DeviceKind::Accessory)),
    ("docking", Thing::Exactly(DeviceKind::Accessory)),
    ("dock", Thing::Exactly(DeviceKind::Accessory)),
    ("monitor", Thing::Exactly(DeviceKind::Accessory)),
    ("keyboard", Thing::Exactly(DeviceKind::Accessory)),
    ("mouse", Thing::Exactly(DeviceKind::Accessory)),
    ("headset", Thing::Exactly(DeviceKind::Accessory)),
    ("accessory", Thing::Exactly(DeviceKind::Accessory)),
    ("battery", Thing::Exactly(DeviceKind::Accessory)),
];
/// Words that say nothing about what a thing is.
const NEUTRAL: [&str; 5] = ["card", "device", "unit", "station", "equipment"];
/// Words that introduce another thing, which goes with the first.
const WITH: [&str; 3] = ["with", "for", "incl"];
/// Words between two things, either of which may be meant.
const OR: [&str; 3] = ["and", "or", "amp"];

/// Answer that leaves out the rows of a category.
const LEAVE_OUT: &str = "leave-out";

/// Works out what a category of another system is in this register, with the maker's help and the answers given.
pub(super) fn kind_of(category: &str, maker: &str, answers: &Answers) -> Meant {
    if category.is_empty() {
        return Meant::Nothing;
    }
    if let Some(answer) = answers.get(category) {
        if answer == LEAVE_OUT {
            return Meant::LeftOut;
        }
        if let Ok(kind) = answer.parse() {
            return Meant::Kind(kind);
        }
    }
    let own = DeviceKind::ALL.iter().find(|kind| {
        kind.as_str().eq_ignore_ascii_case(category) || kind.title().eq_ignore_ascii_case(category)
    });
    match own.copied().or_else(|| named(category).and_then(|thing| of_maker(thing, maker))) {
        Some(kind) => Meant::Kind(kind),
        None => Meant::Asked(question(category, answers)),
    }
}

/// Makes the question about a category, with the answer that was given.
pub(super) fn question(category: &str, answers: &Answers) -> Ask {
    let kinds = DeviceKind::ALL.iter().map(|kind| (kind.as_str(), kind.title()));
    let choices: Vec<_> =
        kinds.chain([(LEAVE_OUT, "Nothing that this register keeps: leave them out")]).collect();
    let given = answers.get(category).filter(|given| choices.iter().any(|(word, _)| word == given));
    Ask {
        key: category.to_owned(),
        question: format!("What are devices of the category “{category}”?"),
        given: given.cloned(),
        choices,
        rows: Vec::new(),
    }
}

/// Returns the thing that a category names, if it names exactly one.
fn named(category: &str) -> Option<Thing> {
    let lower = category.to_lowercase();
    let words: Vec<&str> =
        lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let end = words.iter().position(|word| WITH.contains(word)).unwrap_or(words.len());
    let mut found = None;
    for part in words.get(..end)?.split(|word| OR.contains(word)) {
        let thing = head(part)?;
        if found.is_some_and(|other| other != thing) {
            return None;
        }
        found = Some(thing);
    }
    // Things beside each other without a word between them (`Phones & SIM`, `Laptop/Tablet`) are two as well.
    let signs = category.contains(['&', '/', '+', ',', ';']);
    let all = words.get(..end)?.iter().filter_map(|word| thing(word));
    if signs && all.into_iter().any(|other| Some(other) != found) { None } else { found }
}

/// Returns what the last word that is not neutral names; a model after it (`iPhone 15`) changes nothing.
fn head(part: &[&str]) -> Option<Thing> {
    let last = part.iter().rposition(|word| {
        !NEUTRAL.contains(&singular(word)) && !word.chars().all(|letter| letter.is_ascii_digit())
    })?;
    thing(part.get(last)?)
}

fn thing(word: &str) -> Option<Thing> {
    let plain = singular(word);
    WORDS.iter().find(|(known, _)| *known == plain || *known == word).map(|(_, thing)| *thing)
}

fn singular(word: &str) -> &str {
    match word {
        "accessories" => "accessory",
        "batteries" => "battery",
        word => word.strip_suffix('s').unwrap_or(word),
    }
}

fn of_maker(thing: Thing, maker: &str) -> Option<DeviceKind> {
    let maker = maker.to_lowercase();
    let made_by =
        |names: &[&str]| maker.split(|c: char| !c.is_alphanumeric()).any(|word| names.contains(&word));
    let (apple, android) = (made_by(&["apple"]), made_by(&["samsung", "google", "motorola", "nokia"]));
    Some(match thing {
        Thing::Exactly(kind) => kind,
        Thing::Phone if apple => DeviceKind::Iphone,
        Thing::Phone if android => DeviceKind::AndroidPhone,
        Thing::Phone => DeviceKind::Phone,
        Thing::Tablet if apple => DeviceKind::Ipad,
        Thing::Tablet if android => DeviceKind::AndroidTablet,
        Thing::Computer if apple => DeviceKind::Mac,
        Thing::Tablet | Thing::Computer if maker.trim().is_empty() => return None,
        Thing::Tablet | Thing::Computer => DeviceKind::WindowsPc,
    })
}

/// Extracts the collar or staff number from words such as `Ames, PC (1234)`.
pub(super) fn number_in(words: &str) -> &str {
    let inner = words.rsplit_once('(').and_then(|(_, rest)| rest.strip_suffix(')'));
    inner.unwrap_or(words).trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(category: &str, maker: &str) -> Option<DeviceKind> {
        match kind_of(category, maker, &Answers::new()) {
            Meant::Kind(kind) => Some(kind),
            _ => None,
        }
    }

    #[test]
    fn categories_of_other_systems_are_understood_and_others_asked_about() {
        for (category, maker, kind) in [
            ("Mobile Phones", "Apple", Some(DeviceKind::Iphone)),
            ("Mobile Phones", "Samsung", Some(DeviceKind::AndroidPhone)),
            ("Handset", "Doro", Some(DeviceKind::Phone)),
            ("Laptops", "Apple Inc.", Some(DeviceKind::Mac)),
            ("Laptop", "Lenovo", Some(DeviceKind::WindowsPc)),
            ("Tablets", "Apple", Some(DeviceKind::Ipad)),
            ("iphone", "", Some(DeviceKind::Iphone)),
            ("iPhone 15", "Apple", Some(DeviceKind::Iphone)),
            ("SIM cards", "", Some(DeviceKind::Sim)),
            ("TETRA handset radio", "Sepura", Some(DeviceKind::Radio)),
            ("Furniture", "IKEA", None),
        ] {
            assert_eq!(of(category, maker), kind, "{category} {maker}");
        }
    }

    #[test]
    fn a_kind_is_never_taken_from_part_of_a_word_or_from_what_goes_with_a_thing() {
        for (category, maker, kind) in [
            ("Desktop with keyboard", "Dell", Some(DeviceKind::WindowsPc)),
            ("Case study desktop", "Dell", Some(DeviceKind::WindowsPc)),
            ("Laptop charger", "Apple", Some(DeviceKind::Accessory)),
            ("Chargers for laptops", "Dell", Some(DeviceKind::Accessory)),
            ("Phone case", "Apple", Some(DeviceKind::Accessory)),
            ("Simulators", "Cubic", None),
            ("Docket printers", "Epson", None),
            ("Showcases", "IKEA", None),
            ("Pineapple", "Pineapple", None),
            ("Phone", "Pineapple", Some(DeviceKind::Phone)),
            ("Phones &amp; SIM", "Apple", None),
            ("Phones/SIM", "Apple", None),
            ("Phones and tablets", "Samsung", None),
            ("Sim racing seats", "", None),
            ("2-in-1s", "Microsoft", None),
            ("Laptops", "", None),
        ] {
            assert_eq!(of(category, maker), kind, "{category} {maker}");
        }
    }

    #[test]
    fn what_was_answered_counts() {
        let answers = Answers::from([
            ("2-in-1s".to_owned(), "windows-pc".to_owned()),
            ("Furniture".to_owned(), LEAVE_OUT.to_owned()),
        ]);
        assert!(matches!(kind_of("2-in-1s", "Microsoft", &answers), Meant::Kind(DeviceKind::WindowsPc)));
        assert!(matches!(kind_of("Furniture", "", &answers), Meant::LeftOut));
        assert!(matches!(
            kind_of("Furniture", "", &Answers::from([("Furniture".to_owned(), "chair".to_owned())])),
            Meant::Asked(_)
        ));
        assert!(matches!(kind_of("", "", &answers), Meant::Nothing));
    }

    #[test]
    fn a_number_is_found_in_a_name() {
        assert_eq!(number_in("Ames, PC (1234)"), "1234");
        assert_eq!(number_in(" 1234 "), "1234");
    }
}
