//! Files as trees of values that can be changed and written again: comments and layout are lost, and count for nothing.

use anyhow::Context as _;
use toml::{Table, Value};

use super::Mutation;

/// A file with its head as a tree, and what stands behind the head.
#[derive(Debug, Clone)]
pub(super) struct Tree {
    pub(super) path: String,
    pub(super) head: Table,
    body: Option<String>,
}

impl Tree {
    pub(super) fn read(path: &str, text: &str) -> anyhow::Result<Self> {
        let (head, body) = match text.strip_prefix("+++\n").and_then(|rest| rest.split_once("\n+++\n")) {
            Some((head, body)) if path.ends_with(".md") => (head, Some(body.to_owned())),
            _ => (text, None),
        };
        let head = head.parse::<Table>().with_context(|| format!("{path} is no TOML"))?;
        Ok(Self { path: path.to_owned(), head, body })
    }

    pub(super) fn text(&self) -> String {
        let head = self.head.to_string();
        match &self.body {
            Some(body) => format!("+++\n{}\n+++\n{body}", head.trim_end()),
            None => head,
        }
    }

    /// Returns the file after a change, as a mutation; `None` where the change changed nothing.
    pub(super) fn with(
        &self,
        kind: &'static str,
        what: impl AsRef<str>,
        change: impl FnOnce(&mut Table) -> Option<()>,
    ) -> Option<Mutation> {
        let mut changed = self.clone();
        change(&mut changed.head)?;
        (changed.head != self.head).then(|| Mutation {
            kind,
            what: format!("{}: {}", self.path, what.as_ref()),
            files: [(self.path.clone(), changed.text())].into(),
            ..Mutation::default()
        })
    }

    /// Returns the tables of a list of tables.
    pub(super) fn tables(&self, key: &str) -> Vec<&Table> {
        list(&self.head, key).iter().filter_map(Value::as_table).collect()
    }
}

pub(super) fn list<'a>(table: &'a Table, key: &str) -> &'a [Value] {
    table.get(key).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

pub(super) fn text<'a>(table: &'a Table, key: &str) -> &'a str {
    table.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// Returns the table at an index of a list of tables.
pub(super) fn at<'a>(head: &'a mut Table, key: &str, index: usize) -> Option<&'a mut Table> {
    head.get_mut(key)?.as_array_mut()?.get_mut(index)?.as_table_mut()
}

/// Takes an item out of a list.
pub(super) fn take_out(head: &mut Table, key: &str, index: usize) -> Option<()> {
    let items = head.get_mut(key)?.as_array_mut()?;
    (index < items.len()).then(|| items.remove(index)).map(drop)?;
    if items.is_empty() {
        head.remove(key);
    }
    Some(())
}

/// Makes a length of time ten times as long.
pub(super) fn ten_times(value: &Value) -> Option<Value> {
    let span: domain::Span = value.as_str()?.parse().ok()?;
    Some(format!("{}s", span.millis().checked_mul(10)? / 1000).into())
}
