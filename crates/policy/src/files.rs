//! A policy folder as text: the only place in this crate that touches the disk.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::problem::{Problem, Problems};

/// Larger files than this are refused: a rule is a page, not a dump.
const LARGEST: u64 = 1 << 20;
/// More files than this are refused.
const MOST: usize = 20_000;
/// Deeper folders than this are refused.
const DEEPEST: usize = 6;

/// The files of a policy folder by their path inside it, with `/` between the parts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Files(BTreeMap<String, String>);

impl Files {
    /// Reads every file under a folder.
    ///
    /// # Errors
    /// Everything that cannot be read as text, and everything that is neither file nor folder.
    pub fn read(dir: &Path) -> Result<Self, Problems> {
        let mut files = Self::default();
        let mut problems = Vec::new();
        files.walk(dir, "", DEEPEST, &mut problems);
        match Problems::of(problems) {
            Some(problems) => Err(problems),
            None => Ok(files),
        }
    }

    /// Returns the text of a file.
    #[must_use]
    pub fn get(&self, path: &str) -> Option<&str> {
        self.0.get(path).map(String::as_str)
    }

    /// Returns every file with its path, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// Puts a file in; line ends become those of Unix.
    pub fn put(&mut self, path: impl Into<String>, text: &str) {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        self.0.insert(path.into(), text.replace("\r\n", "\n"));
    }

    fn walk(&mut self, dir: &Path, prefix: &str, depth: usize, problems: &mut Vec<Problem>) {
        let mut fail = |file: &str, message: String| {
            problems.push(Problem { file: file.to_owned(), line: None, message });
        };
        let shown = if prefix.is_empty() { dir.display().to_string() } else { prefix.to_owned() };
        if depth == 0 {
            return fail(
                &shown,
                "folders are nested too deep; see docs/policy-format.md for the layout".to_owned(),
            );
        }
        let entries = match fs::read_dir(dir) {
            Ok(entries) => entries,
            Err(error) => return fail(&shown, format!("the folder cannot be read: {error}")),
        };
        let mut folders = Vec::new();
        for entry in entries {
            let (name, kind) = match entry.and_then(|entry| Ok((entry.file_name(), entry.file_type()?))) {
                Ok((name, kind)) => (name.to_string_lossy().into_owned(), kind),
                Err(error) => {
                    fail(&shown, format!("the folder cannot be read: {error}"));
                    continue;
                }
            };
            let path = format!("{prefix}{name}");
            if name.starts_with('.') {
                continue;
            }
            if kind.is_dir() {
                folders.push((dir.join(&name), format!("{path}/")));
            } else if !kind.is_file() {
                fail(&path, "neither a file nor a folder; put the file itself here, not a link".to_owned());
            } else if self.0.len() >= MOST {
                return fail(&path, format!("the folder holds more than {MOST} files"));
            } else {
                match read_small(&dir.join(&name)) {
                    Ok(text) => self.put(path, &text),
                    Err(message) => fail(&path, message),
                }
            }
        }
        for (folder, prefix) in folders {
            self.walk(&folder, &prefix, depth.saturating_sub(1), problems);
        }
    }
}

fn read_small(path: &Path) -> Result<String, String> {
    let size = fs::metadata(path).map_err(|error| format!("cannot be read: {error}"))?.len();
    if size > LARGEST {
        return Err(format!("{size} bytes; a file of a policy is at most {LARGEST}"));
    }
    fs::read_to_string(path).map_err(|error| format!("cannot be read as UTF-8 text: {error}"))
}

impl<P: Into<String>, T: AsRef<str>> FromIterator<(P, T)> for Files {
    fn from_iter<I: IntoIterator<Item = (P, T)>>(of: I) -> Self {
        let mut files = Self::default();
        for (path, text) in of {
            files.put(path, text.as_ref());
        }
        files
    }
}
