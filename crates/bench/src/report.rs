//! Writes the table: figures with what they are measured against, and the page that keeps them.

use std::fmt::Write as _;
use std::path::Path;

/// One line of the table.
#[derive(Debug, Clone)]
pub struct Line {
    /// What was measured.
    pub what: String,
    /// The figure, with its unit.
    pub got: String,
    /// What was aimed at; empty if nothing was.
    pub aim: &'static str,
    /// Whether the aim was reached; `None` if there is none.
    pub reached: Option<bool>,
}

impl Line {
    /// Makes a rate against a least one.
    #[must_use]
    pub fn rate(what: impl Into<String>, rate: f64, unit: &str, aim: &'static str, least: f64) -> Self {
        Self {
            what: what.into(),
            got: format!("{} {unit}", grouped(rate)),
            aim,
            reached: Some(rate >= least),
        }
    }

    /// Makes a figure without an aim.
    #[must_use]
    pub fn plain(what: impl Into<String>, got: String) -> Self {
        Self { what: what.into(), got, aim: "", reached: None }
    }
}

impl std::fmt::Display for Line {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "  {}: {}", self.what, self.got)
    }
}

/// Returns a whole number with commas.
#[must_use]
pub fn grouped(number: f64) -> String {
    let digits = format!("{number:.0}");
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Returns the lines as a Markdown table.
#[must_use]
pub fn table(lines: &[Line]) -> String {
    let mut text = String::from("| what | measured | aim | reached |\n| --- | --- | --- | --- |\n");
    for line in lines {
        let reached = match line.reached {
            Some(true) => "yes",
            Some(false) => "**no**",
            None => "",
        };
        // Writing to a String cannot fail.
        let _ = writeln!(text, "| {} | {} | {} | {reached} |", line.what, line.got, line.aim);
    }
    text
}

/// Returns the machine, as it describes itself.
#[must_use]
pub fn machine() -> String {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let model = read("/proc/cpuinfo")
        .lines()
        .find_map(|line| {
            line.strip_prefix("model name")?.split_once(':').map(|(_, name)| name.trim().to_owned())
        })
        .unwrap_or_else(|| "an unnamed processor".into());
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    let gib = read("/proc/meminfo")
        .lines()
        .find_map(|line| {
            line.strip_prefix("MemTotal:")?.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok()
        })
        .map_or(0, |kib| kib / 1024 / 1024);
    let kernel = read("/proc/sys/kernel/osrelease");
    format!("{cores} cores of {model}, {gib} GiB of memory, Linux {}", kernel.trim())
}

const BEGIN: &str = "<!-- begin measured -->";
const END: &str = "<!-- end measured -->";

/// Writes the measured part of the page, leaving what people wrote around it.
///
/// # Errors
/// Where the page has no place for it, or cannot be written.
pub fn write(page: &Path, measured: &str) -> anyhow::Result<()> {
    let text = std::fs::read_to_string(page)?;
    let (before, rest) =
        text.split_once(BEGIN).ok_or_else(|| anyhow::anyhow!("{BEGIN} is not in {}", page.display()))?;
    let (_, after) =
        rest.split_once(END).ok_or_else(|| anyhow::anyhow!("{END} is not in {}", page.display()))?;
    std::fs::write(page, format!("{before}{BEGIN}\n\n{}\n\n{END}{after}", measured.trim()))?;
    Ok(())
}
