//! Reads from somebody's words which kind or model of device they mean, such as "iphone", "a laptop" or "Surface Pro": that tells several
//! devices of one person apart.

use std::collections::BTreeSet;

use domain::DeviceKind::{self, AndroidPhone, AndroidTablet, Ipad, Iphone, Mac, Phone, Radio, WindowsPc};

/// A device among several.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Candidate<'a> {
    /// What it is.
    pub kind: DeviceKind,
    /// The vendor's model name; empty where it is not known.
    pub model: &'a str,
}

/// The kinds that a word stands for.
#[derive(Debug, Clone, Copy)]
struct Named {
    /// Those that are meant.
    first: &'static [DeviceKind],
    /// Those that may be meant where there is none of the first: some Windows computers are tablets.
    also: &'static [DeviceKind],
}

impl Named {
    fn may_be(&self, kind: DeviceKind) -> bool {
        self.first.contains(&kind) || self.also.contains(&kind)
    }
}

/// Returns the kinds that a word in small letters stands for; `None` for any other word.
fn named(word: &str) -> Option<Named> {
    let first: &'static [DeviceKind] = match word {
        "iphone" | "iphones" | "ios" => &[Iphone],
        "ipad" | "ipads" | "ipados" => &[Ipad],
        "mac" | "macs" | "macbook" | "imac" | "macos" => &[Mac],
        "apple" => &[Iphone, Ipad, Mac],
        "windows" | "pc" | "surface" => &[WindowsPc],
        "android" | "galaxy" | "pixel" => &[AndroidPhone, AndroidTablet],
        "phone" | "phones" | "mobile" | "smartphone" | "handset" | "telephone" => {
            &[Iphone, AndroidPhone, Phone]
        }
        "tablet" | "tablets" => &[Ipad, AndroidTablet],
        "laptop" | "laptops" | "notebook" | "computer" | "computers" | "desktop" => &[Mac, WindowsPc],
        "radio" | "radios" | "airwave" => &[Radio],
        _ => return None,
    };
    let also: &'static [DeviceKind] = if word.starts_with("tablet") { &[WindowsPc] } else { &[] };
    Some(Named { first, also })
}

/// Splits a text into words in small letters.
fn words(text: &str) -> BTreeSet<String> {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect()
}

/// Returns the places of those of the devices that the words may mean; `None` where the words name no kind and no model, or several that
/// no device can be at once. Of words for a kind that none of the devices is, nothing is left.
#[must_use]
pub fn meant(text: &str, among: &[Candidate<'_>]) -> Option<Vec<usize>> {
    let words = words(text);
    let kinds: Vec<Named> = words.iter().filter_map(|word| named(word)).collect();
    let contradict = !DeviceKind::ALL.iter().any(|kind| kinds.iter().all(|named| named.may_be(*kind)));
    let all: Vec<usize> = (0..among.len()).collect();
    if kinds.is_empty() || contradict {
        let narrowed = of_model(&words, among, &all);
        return (narrowed.len() < all.len()).then_some(narrowed);
    }
    let which = |fits: &dyn Fn(&Named, DeviceKind) -> bool| -> Vec<usize> {
        let all_fit = |one: &Candidate<'_>| kinds.iter().all(|named| fits(named, one.kind));
        among.iter().zip(0..).filter(|(one, _)| all_fit(one)).map(|(_, place)| place).collect()
    };
    let mut places = which(&|named, kind| named.first.contains(&kind));
    if places.is_empty() {
        places = which(&|named, kind| named.may_be(kind));
    }
    Some(of_model(&words, among, &places))
}

/// Keeps those devices whose model has most of the words in its name; all where none has any.
fn of_model(said: &BTreeSet<String>, among: &[Candidate<'_>], places: &[usize]) -> Vec<usize> {
    let score = |place: &usize| {
        let model = among.get(*place).map_or("", |one| one.model);
        words(model).intersection(said).count()
    };
    let best = places.iter().map(score).max().unwrap_or_default();
    places.iter().copied().filter(|place| score(place) == best).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn of(kind: DeviceKind, model: &str) -> Candidate<'_> {
        Candidate { kind, model }
    }

    #[test]
    fn the_kind_in_the_words_tells_devices_of_one_person_apart() {
        let held = [of(Iphone, "iPhone SE"), of(WindowsPc, ""), of(Ipad, "")];
        for (said, place) in [
            ("iphone", 0),
            ("my work phone", 0),
            ("Mobile, black case", 0),
            ("the laptop", 1),
            ("a Windows tablet", 1),
            ("Computer", 1),
            ("tablet", 2),
            ("iPad", 2),
        ] {
            assert_eq!(meant(said, &held), Some(vec![place]), "{said}");
        }
        assert_eq!(meant("tablet", &held[..2]), Some(vec![1]), "some Windows computers are tablets");
        assert_eq!(meant("apple", &held), Some(vec![0, 2]), "several are left");
        assert_eq!(meant("android phone", &held), Some(vec![]), "there is none of that kind");
    }

    #[test]
    fn words_that_name_no_kind_or_several_tell_nothing_apart() {
        let held = [of(Iphone, ""), of(Mac, "")];
        for said in ["", "NC-01212", "the black one", "iphone or ipad", "the phone in the laptop bag"] {
            assert_eq!(meant(said, &held), None, "{said}");
        }
    }

    #[test]
    fn the_model_tells_two_of_one_kind_apart() {
        let held = [of(Iphone, "iPhone SE"), of(Iphone, "iPhone 15"), of(Ipad, "iPad Pro 11")];
        assert_eq!(meant("iPhone 15", &held), Some(vec![1]));
        assert_eq!(meant("the SE", &held), Some(vec![0]), "the model alone");
        assert_eq!(meant("iphone", &held), Some(vec![0, 1]));
        assert_eq!(meant("phone with a cracked screen", &held), Some(vec![0, 1]));
    }
}
