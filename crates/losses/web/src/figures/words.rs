//! Writes figures in words, each with the number of its cases, and a loss as the cells of a file.

use domain::{Span, Timestamp};
use losses_app::figures::Proof;
use losses_app::{FEWEST, Figures, LossFacts, Times, Wipe, percent};
use web_shell::format;

use crate::figures::Line;

/// Writes a length of time in its two largest units: `14 minutes`, `2 hours 5 minutes`, `3 days 4 hours`.
pub(crate) fn length(span: Span) -> String {
    let minutes = span.millis() / 60_000;
    let unit = |count: i64, unit: &str| format!("{count} {unit}{}", if count == 1 { "" } else { "s" });
    let two = |large: String, rest: i64, small: &str| {
        if rest == 0 { large } else { format!("{large} {}", unit(rest, small)) }
    };
    match minutes {
        0 => "less than a minute".to_owned(),
        1..60 => unit(minutes, "minute"),
        60..2880 => two(unit(minutes / 60, "hour"), minutes % 60, "minute"),
        _ => two(unit(minutes / 1440, "day"), minutes % 1440 / 60, "hour"),
    }
}

/// Writes how many of how many, with a percentage where there are enough.
pub(crate) fn part(count: usize, of: usize) -> String {
    match percent(count, of) {
        Some(percent) => format!("{count} of {of} ({percent} %)"),
        None => format!("{count} of {of}"),
    }
}

/// Writes how long something took, with the number of its cases.
pub(crate) fn times(times: &Times, cases: &str) -> String {
    let Some(median) = times.median else { return format!("No {cases} yet.") };
    let mut parts = vec![format!("Median {}", length(median))];
    match times.ninetieth {
        Some(ninetieth) => parts.push(format!("90th percentile {}", length(ninetieth))),
        None => parts.push(format!("no 90th percentile of fewer than {FEWEST}")),
    }
    if let Some(slowest) = &times.slowest {
        parts.push(format!("slowest {} ({})", length(slowest.took), slowest.reference));
    }
    format!("{}; number of {cases}: {}.", parts.join(", "), times.count)
}

/// Writes the figures of a month.
pub(crate) fn lines(figures: &Figures) -> Vec<Line> {
    let line = |what, says| Line { what, says };
    let wipes = &figures.wipes;
    let wiped = if wipes.asked == 0 {
        "No wipe was asked for.".to_owned()
    } else {
        format!(
            "Confirmed by the device: {}. Uncertain: {}. Refused by the device: {}. Called off or not agreed to in time: {}. \
             Still open: {}. Number of losses with a wipe: {}.",
            wipes.confirmed, wipes.uncertain, wipes.refused, wipes.called_off, wipes.open, wipes.asked
        )
    };
    let contained = format!(
        "{} Never: {}. Not yet: {}. Not known which device: {}.",
        times(&figures.contain, "devices that acknowledged it"),
        part(figures.never, figures.identified),
        figures.not_yet,
        figures.losses - figures.identified
    );
    let answered = format!(
        "{} Acknowledged by nobody: {}.",
        times(&figures.answer, "losses that somebody acknowledged"),
        part(figures.nobody, figures.losses)
    );
    let approval =
        format!("{} Waiting now: {}.", times(&figures.approval, "orders decided"), figures.waiting);
    let calls = format!(
        "{} made, {} of them reached nobody. Losses that nobody answered in time: {}.",
        format::number(figures.calls),
        format::number(figures.failed),
        part(figures.unanswered, figures.losses)
    );
    vec![
        line("From the report until the device acknowledged that it is locked", contained),
        line("From the report until a person acknowledged the call", answered),
        line("Wipes", wiped),
        line("From asking for a wipe or a position until a second person decided", approval),
        line("Calls to people", calls),
        line("Recovered", part(figures.recovered, figures.losses)),
    ]
}

/// Writes which entries of the ledger figures rest on.
pub(crate) fn proof(proof: &Proof) -> String {
    let number = |count: i64| format::number(count.unsigned_abs());
    let mut says = format!(
        "Entries {} to {} of the ledger, {} of them about these losses.",
        number(proof.first),
        number(proof.last),
        number(proof.entries)
    );
    says.push_str(&match proof.checkpoint {
        Some(covered) => format!(
            " The checkpoint of {} entries, signed {}, covers them.",
            number(covered.size),
            format::when(covered.signed_at)
        ),
        None => " No checkpoint covers the last of them yet.".to_owned(),
    });
    if proof.waiting > 0 {
        says.push_str(&format!(" {} more have no number yet.", number(proof.waiting)));
    }
    says
}

/// Writes one loss as the cells of a file.
pub(crate) fn cells(loss: &LossFacts) -> Vec<String> {
    let yes = |holds: bool| if holds { "yes" } else { "no" }.to_owned();
    let at = |at: Option<Timestamp>| at.map(|at| at.to_string()).unwrap_or_default();
    let minutes = |span: Span| (span.millis() / 60_000).to_string();
    let until = |at: Option<Timestamp>| at.map(|at| minutes(at.since(loss.reported_at))).unwrap_or_default();
    let wipe = match loss.wipe {
        None => "",
        Some(Wipe::Confirmed) => "confirmed",
        Some(Wipe::Uncertain) => "uncertain",
        Some(Wipe::Refused) => "refused",
        Some(Wipe::CalledOff) => "called off",
        Some(Wipe::Open) => "open",
    };
    let decided: Vec<Span> =
        loss.approvals.iter().filter_map(|one| Some(one.decided_at?.since(one.asked_at))).collect();
    let longest = decided.iter().copied().max().map(minutes).unwrap_or_default();
    vec![
        loss.reference.clone(),
        loss.reported_at.to_string(),
        yes(loss.identified),
        at(loss.contained_at),
        until(loss.contained_at),
        at(loss.answered_at),
        until(loss.answered_at),
        yes(loss.unanswered),
        wipe.to_owned(),
        decided.len().to_string(),
        (loss.approvals.len() - decided.len()).to_string(),
        longest,
        loss.calls.to_string(),
        loss.failed.to_string(),
        at(loss.recovered_at),
        at(loss.closed_at),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use losses_app::figures_of;

    fn loss(reference: &str, contained_after: i64) -> LossFacts {
        let reported_at: Timestamp = "2026-11-22T03:07:00Z".parse().unwrap_or_default();
        LossFacts {
            reference: reference.to_owned(),
            reported_at,
            closed_at: None,
            identified: true,
            contained_at: Some(reported_at.plus(Span::from_secs(contained_after * 60))),
            answered_at: None,
            unanswered: true,
            wipe: Some(Wipe::Uncertain),
            approvals: Vec::new(),
            calls: 3,
            failed: 1,
            recovered_at: None,
        }
    }

    #[test]
    fn lengths_are_written_in_their_two_largest_units() {
        for (minutes, words) in [
            (0, "less than a minute"),
            (1, "1 minute"),
            (59, "59 minutes"),
            (60, "1 hour"),
            (125, "2 hours 5 minutes"),
            (2880, "2 days"),
            (2880 + 60, "2 days 1 hour"),
        ] {
            assert_eq!(length(Span::from_secs(minutes * 60)), words);
        }
    }

    #[test]
    fn few_cases_have_neither_a_percentage_nor_a_ninetieth_percentile() {
        let few: Vec<LossFacts> = (1..=3).map(|at| loss("4KM-7TRH", at)).collect();
        let text: String = lines(&figures_of(&few)).iter().map(|line| format!("{}\n", line.says)).collect();
        assert!(
            text.contains("Median 2 minutes, no 90th percentile of fewer than 10, slowest 3 minutes"),
            "{text}"
        );
        assert!(text.contains("number of devices that acknowledged it: 3.") && !text.contains('%'), "{text}");
        assert!(
            text.contains("Uncertain: 3.") && text.contains("9 made, 3 of them reached nobody"),
            "{text}"
        );
        let many: Vec<LossFacts> = (1..=10).map(|at| loss("4KM-7TRH", at)).collect();
        let text: String = lines(&figures_of(&many)).iter().map(|line| format!("{}\n", line.says)).collect();
        assert!(text.contains("90th percentile 9 minutes") && text.contains("10 of 10 (100 %)"), "{text}");
    }

    #[test]
    fn a_file_has_a_cell_for_each_column_and_times_that_machines_read() {
        let file = crate::figures::export(&[loss("4KM-7TRH", 14)], false);
        let lines: Vec<&str> = file.lines().collect();
        let columns: Vec<usize> = lines.iter().map(|line| line.split(',').count()).collect();
        assert_eq!(columns, [16, 16], "{file}");
        let row =
            "4KM-7TRH,2026-11-22T03:07:00.000Z,yes,2026-11-22T03:21:00.000Z,14,,,yes,uncertain,0,0,,3,1,,";
        assert_eq!(lines.last(), Some(&row));
        let cut = crate::figures::export(&[loss("4KM-7TRH", 14)], true);
        let last = cut.lines().last().unwrap_or_default();
        assert!(last.contains("More losses were reported") && last.split(',').count() == 16, "{cut}");
    }
}
