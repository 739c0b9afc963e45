//! How far Apple's number keys reach, and what is left where a policy asks for more.

/// A number as it is sent.
pub(super) struct Fitted {
    /// The value of Apple's key.
    pub(super) value: i64,
    /// What the device does not hold, where Apple's range ends before the policy does.
    pub(super) short: Option<String>,
}

/// Returns the nearest value that Apple's key takes, on the strict side where there is one.
///
/// Ranges: Apple's schema of `com.apple.mobiledevice.passwordpolicy` and `com.apple.applicationaccess`. Keys without an
/// entry there pass unchanged. `maxInactivity` would take 0, but a device reads that as never.
pub(super) fn fit(apple_key: &str, wanted: i64) -> Fitted {
    match apple_key {
        "minLength" => at_most(wanted, 16, "characters in a passcode"),
        "minComplexChars" => at_most(wanted, 4, "special characters in a passcode"),
        "maxFailedAttempts" => at_least(wanted.min(11), 2, "attempts"),
        "maxInactivity" => at_least(wanted.min(15), 1, "minute of idleness"),
        "enforcedFingerprintTimeout" => {
            let hours = at_least(wanted.min(8760), 1, "hour without the passcode");
            Fitted { value: hours.value.saturating_mul(3600), ..hours }
        }
        _ => Fitted { value: wanted, short: None },
    }
}

fn at_most(wanted: i64, most: i64, what: &str) -> Fitted {
    let short = (wanted > most).then(|| {
        format!("The policy asks for {wanted}; the platform can require no more than {most} {what}.")
    });
    Fitted { value: wanted.min(most), short }
}

fn at_least(wanted: i64, least: i64, what: &str) -> Fitted {
    let short = (wanted < least).then(|| {
        format!("The policy asks for {wanted}; the least that the platform takes is {least} {what}.")
    });
    Fitted { value: wanted.max(least), short }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_laxer_range_is_met_on_the_strict_side() {
        for (key, wanted, sent) in
            [("maxFailedAttempts", 20, 11), ("maxInactivity", 60, 15), ("minLength", 9, 9), ("other", 7, 7)]
        {
            let fitted = fit(key, wanted);
            assert_eq!((fitted.value, fitted.short), (sent, None), "{key}");
        }
        assert_eq!(fit("enforcedFingerprintTimeout", 24).value, 86_400);
    }

    #[test]
    fn what_the_range_cannot_reach_is_said() {
        for (key, wanted, sent) in [
            ("minLength", 20, 16),
            ("minComplexChars", 5, 4),
            ("maxFailedAttempts", 1, 2),
            ("maxInactivity", 0, 1),
            ("enforcedFingerprintTimeout", 0, 3600),
        ] {
            let fitted = fit(key, wanted);
            assert_eq!(fitted.value, sent, "{key}");
            assert!(fitted.short.unwrap().contains(&wanted.to_string()), "{key}");
        }
    }
}
