//! `cargo xtask new`: the skeleton of a page, a job, a check or a platform, in its place and joined to what calls it.
//!
//! A skeleton compiles and fails where it is used, so that what is left to write cannot be forgotten. CONTRIBUTING lists the steps
//! that follow.

use std::fs;
use std::path::Path;

use anyhow::Context as _;
use clap::Subcommand;

/// What to make.
#[derive(Subcommand)]
pub(crate) enum New {
    /// A page: its folder in the `web` crate of a capability, its address and its sample
    Page {
        /// The capability, such as `custody`
        capability: String,
        /// The page's module, such as `repairs`
        name: String,
        /// Its address
        #[arg(long)]
        address: String,
        /// The action that access control must allow
        #[arg(long, default_value = "SeePolicy")]
        action: String,
        /// Its heading
        #[arg(long)]
        title: String,
    },
    /// A kind of job: its word, its module in the `app` crate of a capability, and the line that runs it
    Job {
        /// The capability
        capability: String,
        /// The job's module and word, such as `follow-repair`
        name: String,
    },
    /// A check of the policy
    Check {
        /// Its name, such as `battery-charged`
        name: String,
    },
    /// A platform crate, from the made-up vendor of the tests
    Platform {
        /// Its name, such as `windows`
        name: String,
    },
}

/// Makes the skeleton; returns the files that were made or changed.
///
/// # Errors
/// Where the thing is there already, or a file is not of the expected shape.
pub(crate) fn make(root: &Path, what: &New) -> anyhow::Result<Vec<String>> {
    match what {
        New::Page { capability, name, address, action, title } => {
            page(root, capability, &Page { name, address, action, title })
        }
        New::Job { capability, name } => job(root, capability, name),
        New::Check { name } => check(root, name),
        New::Platform { name } => platform(root, name),
    }
}

struct Page<'a> {
    name: &'a str,
    address: &'a str,
    action: &'a str,
    title: &'a str,
}

fn page(root: &Path, capability: &str, page: &Page<'_>) -> anyhow::Result<Vec<String>> {
    let Page { name, address, action, title } = page;
    let source = format!("crates/{capability}/web/src");
    let folder = format!("{source}/{name}");
    let lib = format!("{source}/lib.rs");
    let mut text = read(root, &lib)?;
    anyhow::ensure!(!root.join(&folder).exists(), "{folder} is there already");
    insert_module(&mut text, name)?;
    let route = format!("    read::<{action}>(\"{address}\", || get({name}::handler::get)),\n");
    insert_before(&mut text, "\n];\n", "const ROUTES", &format!("\n{}", route.trim_end()))?;
    let sample = format!("        (\"{capability}-{name}\", {name}::View::sample().render()?),\n");
    insert_before(&mut text, "    ])\n", "fn samples", &sample)?;
    for path in
        [format!("kernel::access::{action}"), "axum::routing::get".into(), "web_shell::routes::read".into()]
    {
        insert_use(&mut text, &path);
    }
    let view = VIEW.replace("NAME", name).replace("TITLE", title);
    let files = [
        (format!("{folder}/mod.rs"), view),
        (format!("{folder}/handler.rs"), HANDLER.replace("NAME", name).replace("ACTION", action)),
        (format!("{folder}/page.html"), HTML.replace("TITLE", title)),
        (lib, text),
    ];
    write(root, files)
}

fn job(root: &Path, capability: &str, name: &str) -> anyhow::Result<Vec<String>> {
    let module = name.replace('-', "_");
    let variant: String = name.split('-').map(capitalised).collect();
    let (jobs, work) = ("crates/kernel/src/jobs.rs", "crates/overview/app/src/work.rs");
    let (lib, file) =
        (format!("crates/{capability}/app/src/lib.rs"), format!("crates/{capability}/app/src/{module}.rs"));
    let (mut kinds, mut runs, mut text) = (read(root, jobs)?, read(root, work)?, read(root, &lib)?);
    anyhow::ensure!(
        !root.join(&file).exists() && !kinds.contains(&format!("\"{name}\"")),
        "{name} is there already"
    );
    insert_before(
        &mut kinds,
        "\n}\n",
        "pub enum Kind {",
        &format!("\n    /// Does the work of `{name}`.\n    {variant},"),
    )?;
    insert_before(&mut kinds, "\n    ];\n", "pub const ALL", &format!("\n        Self::{variant},"))?;
    insert_before(
        &mut kinds,
        "\n        }\n",
        "fn as_str",
        &format!("\n            Self::{variant} => \"{name}\","),
    )?;
    let owner = format!("{}_app", capability.replace('-', "_"));
    let arm = format!("\n        Kind::{variant} => {owner}::{module}::{module}(app, &job.subject).await,");
    insert_before(&mut runs, "\n    }\n}\n", "match kind {", &arm)?;
    insert_module(&mut text, &module)?;
    let own = JOB.replace("NAME", name).replace("MODULE", &module);
    write(root, [(jobs.into(), kinds), (work.into(), runs), (lib, text), (file, own)])
}

fn check(root: &Path, name: &str) -> anyhow::Result<Vec<String>> {
    let file = format!("policy/checks/{name}.toml");
    anyhow::ensure!(!root.join(&file).exists(), "{file} is there already");
    write(root, [(file, CHECK.to_owned())])
}

fn platform(root: &Path, name: &str) -> anyhow::Result<Vec<String>> {
    let (from, to) = ("crates/platforms/testvendor", format!("crates/platforms/{name}"));
    anyhow::ensure!(!root.join(&to).exists(), "{to} is there already");
    let mut files = Vec::new();
    for file in ["Cargo.toml", "src/lib.rs", "src/own.rs", "src/talk.rs"] {
        let text = read(root, &format!("{from}/{file}"))?;
        files
            .push((format!("{to}/{file}"), text.replace("platform-testvendor", &format!("platform-{name}"))));
    }
    let mut workspace = read(root, "Cargo.toml")?;
    let (member, known) = (format!("  \"{to}\",\n"), format!("platform-{name} = {{ path = \"{to}\" }}\n"));
    insert_before(&mut workspace, "  \"crates/platforms/testvendor\",\n", "members", &member)?;
    insert_before(&mut workspace, "platform-testvendor = ", "[workspace.dependencies]", &known)?;
    let mut layers = read(root, "docs/layers.toml")?;
    let row = format!(
        "[[crate]]\nname = \"platform-{name}\"\nlayer = 3\npurpose = \"The platform {name} behind the port.\"\n\
         may_use = [\"domain\", \"platform-port\", \"store\"]\n\n"
    );
    insert_before(&mut layers, "[[crate]]\nname = \"kernel\"", "crate", &row)?;
    files.extend([("Cargo.toml".to_owned(), workspace), ("docs/layers.toml".to_owned(), layers)]);
    write(root, files)
}

fn read(root: &Path, file: &str) -> anyhow::Result<String> {
    fs::read_to_string(root.join(file)).with_context(|| format!("cannot read {file}"))
}

fn write(root: &Path, files: impl IntoIterator<Item = (String, String)>) -> anyhow::Result<Vec<String>> {
    let mut written = Vec::new();
    for (file, text) in files {
        let path = root.join(&file);
        fs::create_dir_all(path.parent().unwrap_or(root))?;
        fs::write(&path, text).with_context(|| format!("cannot write {file}"))?;
        written.push(file);
    }
    Ok(written)
}

/// Inserts text before the first `mark` that follows `after`.
fn insert_before(text: &mut String, mark: &str, after: &str, new: &str) -> anyhow::Result<()> {
    let start = text.find(after).with_context(|| format!("`{after}` is not where it was expected"))?;
    let place = text.get(start..).and_then(|rest| rest.find(mark));
    let place = place.with_context(|| format!("nothing ends `{after}` as expected"))?;
    text.insert_str(start + place, new);
    Ok(())
}

/// Declares a module before the first one that is declared; rustfmt sorts them.
fn insert_module(text: &mut String, name: &str) -> anyhow::Result<()> {
    let place = text.find("\npub mod ").context("the crate's root declares no module")?;
    text.insert_str(place + 1, &format!("pub mod {name};\n"));
    Ok(())
}

/// Uses a path where its last name is not used yet.
fn insert_use(text: &mut String, path: &str) {
    let name = path.rsplit("::").next().unwrap_or(path);
    let uses: String = text.split("\n\n").filter(|part| part.starts_with("use ")).collect();
    let is_used = uses.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == name);
    if let Some(place) = text.find("\nuse ").filter(|_| !is_used) {
        text.insert_str(place + 1, &format!("use {path};\n"));
    }
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

const VIEW: &str = r#"//! TITLE.

pub(crate) mod handler;

use askama::Template;

use web_shell::filters;
use web_shell::frame::{Area, Shell};

/// The data shown on the page.
#[derive(Debug, Clone, Template)]
#[template(path = "NAME/page.html")]
pub struct View {
    /// The frame around the page.
    pub shell: Shell,
}

impl View {
    /// Returns the page with made-up data, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        Self { shell: Shell::sample(Area::Elsewhere) }
    }
}
"#;
const HANDLER: &str = r"//! Answers the requests of this page.

use axum::response::Response;
use kernel::access::ACTION;

use web_shell::answer::shown;
use web_shell::frame::Area;
use web_shell::session::{Ctx, Problem};

/// Shows the page.
pub(crate) async fn get(ctx: Ctx) -> Result<Response, Problem> {
    ctx.permit::<ACTION>()?;
    shown(&crate::NAME::View { shell: ctx.under(Area::Elsewhere) })
}
";
const HTML: &str = r#"{% extends "layout/shell.html" %}
{% block title %}TITLE{% endblock %}
{% block main %}
<h1 class="govuk-heading-l">TITLE</h1>
{% endblock %}
"#;
const JOB: &str = r#"//! Does the work of the job `NAME`.

use kernel::{App, AppError};

/// Does what is due for a subject. Running it again changes nothing.
///
/// # Errors
/// Where the database does not answer; the job is tried again later.
pub async fn MODULE(_app: &App, subject: &str) -> Result<(), AppError> {
    Err(AppError::fault(&format!("the job NAME of {subject} has no work to do")))
}
"#;
const CHECK: &str = r#"# Why it is asked like this.
asks = "What the device must have said, as a sentence"

[[on]]
platforms = ["ios", "ipados"]
needs = "reported"
stale_after = "7d"
expect = { fact = { name = "a.fact.of.the.register", is = true } }

[[case]]
says = "it is as it must be"
platform = "ios"
facts = { "a.fact.of.the.register" = true }
want = "met"

[[case]]
says = "it is as it must be, on an iPad too"
platform = "ipados"
facts = { "a.fact.of.the.register" = true }
want = "met"

[[case]]
says = "it is not"
platform = "ios"
facts = { "a.fact.of.the.register" = false }
want = "not-met"

[[case]]
says = "a device that has said nothing is not known"
platform = "ios"
want = "not-known"

[[case]]
says = "good once, too long ago"
platform = "ios"
facts = { "a.fact.of.the.register" = true }
age = "8d"
want = "not-known"

[[case]]
says = "acknowledged is not reported"
platform = "ios"
facts = { "a.fact.of.the.register" = true }
grade = "acknowledged"
want = "not-known"
"#;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_inserted_stands_before_the_mark_that_follows() {
        let mut text = "a ]; const ROUTES = [\n    one,\n];\nb ];\n".to_owned();
        insert_before(&mut text, "\n];\n", "const ROUTES", "\n    two,").unwrap();
        assert_eq!(text, "a ]; const ROUTES = [\n    one,\n    two,\n];\nb ];\n");
        assert!(insert_before(&mut text, "x", "const NONE", "").is_err());
    }

    #[test]
    fn a_use_is_added_once() {
        let mut text = "//! A.\n\nuse kernel::access::{SeeA, SeeB};\n\nfn a() {}\n".to_owned();
        insert_use(&mut text, "kernel::access::SeeB");
        insert_use(&mut text, "axum::routing::get");
        assert_eq!(
            text,
            "//! A.\n\nuse axum::routing::get;\nuse kernel::access::{SeeA, SeeB};\n\nfn a() {}\n"
        );
    }

    #[test]
    fn every_skeleton_fits_the_repository() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let copy = std::env::temp_dir().join(format!("lanyard-new-{}", std::process::id()));
        let files = [
            "crates/custody/web/src/lib.rs",
            "crates/custody/app/src/lib.rs",
            "crates/kernel/src/jobs.rs",
            "crates/overview/app/src/work.rs",
            "crates/platforms/testvendor/Cargo.toml",
            "crates/platforms/testvendor/src/lib.rs",
            "crates/platforms/testvendor/src/own.rs",
            "crates/platforms/testvendor/src/talk.rs",
            "Cargo.toml",
            "docs/layers.toml",
        ];
        write(&copy, files.map(|file| (file.to_owned(), read(root, file).unwrap()))).unwrap();
        let page = New::Page {
            capability: "custody".into(),
            name: "repairs".into(),
            address: "/repairs".into(),
            action: "SeeCustody".into(),
            title: "Repairs".into(),
        };
        assert_eq!(make(&copy, &page).unwrap().len(), 4);
        assert!(make(&copy, &page).is_err(), "a second time it is there already");
        let lib = read(&copy, "crates/custody/web/src/lib.rs").unwrap();
        assert!(
            lib.contains("read::<SeeCustody>(\"/repairs\", || get(repairs::handler::get)),\n];"),
            "{lib}"
        );
        make(&copy, &New::Job { capability: "custody".into(), name: "follow-repair".into() }).unwrap();
        let jobs = read(&copy, "crates/kernel/src/jobs.rs").unwrap();
        assert_eq!(jobs.matches("FollowRepair").count(), 3, "{jobs}");
        let work = read(&copy, "crates/overview/app/src/work.rs").unwrap();
        assert!(
            work.contains("custody_app::follow_repair::follow_repair(app, &job.subject).await,\n    }\n}\n"),
            "{work}"
        );
        make(&copy, &New::Check { name: "x".into() }).unwrap();
        make(&copy, &New::Platform { name: "windows".into() }).unwrap();
        assert!(read(&copy, "Cargo.toml").unwrap().contains("\"crates/platforms/windows\""));
        fs::remove_dir_all(&copy).unwrap();
    }
}
