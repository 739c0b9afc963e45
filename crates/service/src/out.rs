//! What a verb says: results to standard output, notes about them to standard error.
//!
//! A reader that goes away early (`lanyard policy list | head`) is no failure: the error is recognised by
//! [`is_gone`] and the program ends quietly.

use std::fmt::Display;
use std::io::{self, BufWriter, ErrorKind, StdoutLock, Write};

use serde::Serialize;

/// Why a verb ends without having done what was asked, where a plain error would not do.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Everything that there is to say stands on standard output already: exit code 1.
    #[error("failed; see above")]
    Told,
    /// The command line asks for what cannot be: exit code 2, as for any other wrong argument.
    #[error("{0}")]
    Usage(String),
}

/// Standard output, buffered, for one verb.
pub struct Out(BufWriter<StdoutLock<'static>>);

impl Default for Out {
    fn default() -> Self {
        Self::new()
    }
}

impl Out {
    /// Takes standard output until the verb is done.
    pub fn new() -> Self {
        Self(BufWriter::new(io::stdout().lock()))
    }

    /// Prints one line.
    pub fn line(&mut self, line: impl Display) -> io::Result<()> {
        writeln!(self.0, "{line}")
    }

    /// Prints a value as JSON on lines of its own.
    pub fn json(&mut self, value: &impl Serialize) -> io::Result<()> {
        serde_json::to_writer_pretty(&mut self.0, value)?;
        writeln!(self.0)
    }

    /// Bytes as they are.
    pub fn raw(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.write_all(bytes)
    }

    /// Rows under headings, each column as wide as its widest cell; the last column is left as it is.
    pub fn table<'h, R: AsRef<[String]>>(
        &mut self,
        headings: impl AsRef<[&'h str]>,
        rows: &[R],
    ) -> io::Result<()> {
        let headings = headings.as_ref();
        let mut widths: Vec<usize> = headings.iter().map(|heading| heading.chars().count()).collect();
        for row in rows {
            for (width, cell) in widths.iter_mut().zip(row.as_ref()) {
                *width = (*width).max(cell.chars().count());
            }
        }
        let line = |cells: Vec<&str>| {
            let padded: Vec<String> =
                cells.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}")).collect();
            padded.join("  ").trim_end().to_owned()
        };
        self.line(line(headings.to_vec()))?;
        for row in rows {
            self.line(line(row.as_ref().iter().map(String::as_str).collect()))?;
        }
        Ok(())
    }

    /// Writes out what is still held back.
    pub fn finish(mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Says something to the person at the terminal that is no result. Where nobody can read it, nobody has to.
pub fn note(words: impl Display) {
    let _ = writeln!(io::stderr().lock(), "{words}");
}

/// Returns whether an error only says that the reader of our output has gone.
pub fn is_gone(error: &anyhow::Error) -> bool {
    let gone = |cause: &(dyn std::error::Error + 'static)| {
        cause.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == ErrorKind::BrokenPipe)
            || cause
                .downcast_ref::<serde_json::Error>()
                .is_some_and(|error| error.io_error_kind() == Some(ErrorKind::BrokenPipe))
    };
    error.chain().any(gone)
}

/// Wraps text at spaces to lines of at most `width` characters, each behind `indent`.
pub fn wrapped(text: &str, width: usize, indent: &str) -> String {
    let mut lines = Vec::new();
    for paragraph in text.lines() {
        let mut line = String::new();
        for word in paragraph.split_whitespace() {
            let longer = line.chars().count().saturating_add(word.chars().count()).saturating_add(1);
            if !line.is_empty() && longer > width {
                lines.push(std::mem::take(&mut line));
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        lines.push(line);
    }
    lines.iter().map(|line| format!("{indent}{line}").trim_end().to_owned()).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_wraps_at_spaces_and_keeps_paragraphs() {
        assert_eq!(wrapped("one two three", 7, "  "), "  one two\n  three");
        assert_eq!(wrapped("one\n\ntwo", 7, ""), "one\n\ntwo");
        assert_eq!(wrapped("longerthanthat x", 5, ""), "longerthanthat\nx");
    }

    #[test]
    fn a_reader_that_went_away_is_recognised_through_context() {
        let error = anyhow::Error::from(io::Error::from(ErrorKind::BrokenPipe)).context("writing the list");
        assert!(is_gone(&error));
        assert!(!is_gone(&anyhow::anyhow!("other")));
    }
}
