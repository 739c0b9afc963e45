//! The words of other asset systems in this register's.

use domain::DeviceKind;

/// What a category of another system is in this register, with the maker's help.
pub(super) fn kind_of(category: &str, maker: &str) -> Option<DeviceKind> {
    let (category, maker) = (category.to_lowercase(), maker.to_lowercase());
    if let Some(kind) = DeviceKind::ALL
        .iter()
        .find(|kind| kind.as_str() == category || kind.title().to_lowercase() == category)
    {
        return Some(*kind);
    }
    let has = |words: &[&str]| words.iter().any(|word| category.contains(word));
    let (apple, android) = (maker.contains("apple"), ["samsung", "google", "motorola", "nokia"]);
    let android = android.iter().any(|name| maker.contains(name));
    Some(match () {
        () if has(&["sim"]) => DeviceKind::Sim,
        () if has(&["radio", "airwave", "tetra"]) => DeviceKind::Radio,
        () if has(&["charger", "case", "cable", "dock", "monitor", "keyboard", "accessor", "battery"]) => {
            DeviceKind::Accessory
        }
        () if has(&["tablet", "ipad"]) && apple => DeviceKind::Ipad,
        () if has(&["tablet"]) && android => DeviceKind::AndroidTablet,
        () if has(&["laptop", "desktop", "computer", "tablet"]) => {
            if apple {
                DeviceKind::Mac
            } else {
                DeviceKind::WindowsPc
            }
        }
        () if has(&["phone", "mobile", "handset"]) && apple => DeviceKind::Iphone,
        () if has(&["phone", "mobile", "handset"]) && android => DeviceKind::AndroidPhone,
        () if has(&["phone", "mobile", "handset"]) => DeviceKind::Phone,
        () => return None,
    })
}

/// The collar or staff number in words such as `Ames, PC (1234)`.
pub(super) fn number_in(words: &str) -> &str {
    let inner = words.rsplit_once('(').and_then(|(_, rest)| rest.strip_suffix(')'));
    inner.unwrap_or(words).trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn categories_of_other_systems_are_understood_and_others_refused() {
        for (category, maker, kind) in [
            ("Mobile Phones", "Apple", Some(DeviceKind::Iphone)),
            ("Mobile Phones", "Samsung", Some(DeviceKind::AndroidPhone)),
            ("Handset", "Doro", Some(DeviceKind::Phone)),
            ("Laptops", "Apple", Some(DeviceKind::Mac)),
            ("Laptop", "Lenovo", Some(DeviceKind::WindowsPc)),
            ("Tablets", "Apple", Some(DeviceKind::Ipad)),
            ("iphone", "", Some(DeviceKind::Iphone)),
            ("SIM cards", "", Some(DeviceKind::Sim)),
            ("TETRA handset radio", "Sepura", Some(DeviceKind::Radio)),
            ("Furniture", "IKEA", None),
        ] {
            assert_eq!(kind_of(category, maker), kind, "{category} {maker}");
        }
    }

    #[test]
    fn a_number_is_found_in_a_name() {
        assert_eq!(number_in("Ames, PC (1234)"), "1234");
        assert_eq!(number_in(" 1234 "), "1234");
    }
}
