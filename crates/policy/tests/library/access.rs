//! Who may do what: the matrix as reviewed, and what a folder may not say.

use std::path::Path;

use policy::{Files, Library, Overrides, diff};

use crate::sample;

fn folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../policy")
}

/// Returns the shipped folder with one file of `access/` put in or replaced.
fn with(file: &str, text: &str) -> Result<Library, policy::Problems> {
    let mut files = Files::read(&folder()).unwrap();
    files.put(file, text);
    Library::from_files(&files, &Overrides::new())
}

/// Compares with a reviewed file, or writes it where `LANYARD_GOLDEN=write` asks for that.
fn golden(name: &str, text: &str) {
    let path = folder().join("access").join(name);
    #[expect(clippy::disallowed_methods, reason = "a test that writes reviewed files where it is asked to")]
    if std::env::var("LANYARD_GOLDEN").is_ok_and(|word| word == "write") {
        std::fs::write(&path, text).unwrap();
    }
    let reviewed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        reviewed == text,
        "policy/access/{name} is not what the program makes of the policies and types: run `LANYARD_GOLDEN=write cargo nextest \
         run -p policy access` and review the difference\n{text}"
    );
}

#[test]
fn access_matrix_is_the_reviewed_one() {
    let shipped = Library::load(&folder(), &Overrides::new()).unwrap();
    let table = access::table(&shipped.access);
    assert!(!table.lines().skip(4).any(|line| line.contains('!')), "somebody sees over the wall:\n{table}");
    golden("matrix.txt", &table);
}

/// With a third force, nobody who is of one of them sees over a wall, and the matrix is the same.
#[test]
fn access_matrix_is_the_same_for_three_forces() {
    let two = Library::load(&folder(), &Overrides::new()).unwrap();
    let forces = Files::read(&folder()).unwrap().get("forces.toml").unwrap().to_owned();
    let third = "[[force]]\nword = \"uferstadt\"\ntitle = \"Polizei Uferstadt\"\nshort = \"Uferstadt\"\n\
                 service_desk = { name = \"Desk\", number = \"1\" }\nduty_officer = { name = \"Officer\", number = \"2\" }\n";
    let three = with("forces.toml", &format!("{forces}\n{third}")).unwrap();
    assert_eq!(three.forces().words().len(), 3);
    let lines = |library: &Library| {
        access::table(&library.access).lines().skip(4).map(str::to_owned).collect::<Vec<_>>()
    };
    assert!(!lines(&three).iter().any(|line| line.contains('!')));
    assert_eq!(lines(&three), lines(&two));
}

#[test]
fn access_schema_is_the_one_of_the_program() {
    let shipped = Library::load(&folder(), &Overrides::new()).unwrap();
    golden("lanyard.cedarschema", &access::schema(&shipped.forces().words()));
}

#[test]
fn access_problems_have_their_file_and_line() {
    let cases = [
        ("permit (principal, action, resource", "access/own.cedar:1: "),
        ("\n\n@id(\"x\")\npermit (principal in Role::\"wizard\", action, resource);", "access/own.cedar:4: "),
        ("@id(\"x\")\npermit (principal, action == Action::\"fly\", resource);", "access/own.cedar:2: "),
        (
            "@id(\"x\")\npermit (principal, action, resource)\nwhen { resource.relation == Relation::\"friend\" };",
            ":3: ",
        ),
        ("// a comment\npermit (principal, action, resource);", "access/own.cedar:2: give the policy a name"),
        ("@id(\"who-may-locate\")\npermit (principal, action, resource);", "devices.cedar, has the name"),
        (
            "@id(\"x\")\npermit (principal, action, resource) when { resource.colour == 1 };",
            "access/own.cedar:2: ",
        ),
        (
            "@id(\"no-more\")\nforbid (principal, action == Action::\"run service\", resource);",
            "\"no-more\" would lock administrators out of \"run service\"",
        ),
    ];
    for (text, expected) in cases {
        let problems = with("access/own.cedar", text).unwrap_err().to_string();
        assert!(problems.contains(expected), "{text}\n{problems}");
    }
}

#[test]
fn access_is_part_of_the_digest_and_of_the_difference() {
    let shipped = Library::load(&folder(), &Overrides::new()).unwrap();
    let text = Files::read(&folder()).unwrap().get("access/ledger.cedar").unwrap().to_owned();
    let same = with("access/ledger.cedar", &format!("// another comment\n\n{text}")).unwrap();
    assert_eq!((shipped.digest(), diff(&shipped, &same).is_empty()), (same.digest(), true));
    let more = "@id(\"hr-sees-the-ledger\")\npermit (principal in Role::\"hr\", action == Action::\"see ledger\", resource);";
    let changed = with("access/own.cedar", more).unwrap();
    assert_ne!(shipped.digest(), changed.digest());
    let words = diff(&shipped, &changed).to_string();
    assert!(words.contains("Human resources, see ledger: nothing -> everything of the force"), "{words}");
    assert!(words.contains("Access policies: + hr-sees-the-ledger"), "{words}");
}

#[test]
fn access_without_a_folder_is_the_floor_alone() {
    let library = Library::from_files(&sample::files(), &Overrides::new()).unwrap();
    let may: Vec<String> = access::ACTIONS
        .iter()
        .flat_map(|action| access::Role::ALL.iter().map(move |role| (*role, *action)))
        .filter(|(role, action)| access::letters(&library.access, *role, action) != "-")
        .map(|(role, action)| format!("{role} {action}"))
        .collect();
    assert_eq!(
        may,
        [
            "administrator see policy",
            "administrator see access",
            "administrator manage access",
            "administrator change policy",
            "administrator confirm policy",
            "administrator run service"
        ]
    );
}

/// Stands over what may be stronger or weaker.
const CHANGED: &str = "Changed: stronger or weaker, nobody can tell\n";

#[test]
fn a_change_of_work_and_registers_is_told() {
    let shipped = Library::load(&folder(), &Overrides::new()).unwrap();
    let files = Files::read(&folder()).unwrap();
    let change = |file: &str, from: &str, to: &str| {
        let text = files.get(file).unwrap();
        assert!(text.contains(from), "{from} in {file}");
        diff(&shipped, &with(file, &text.replacen(from, to, 1)).unwrap())
    };
    let told = |file: &str, from: &str, to: &str| change(file, from, to).to_string();
    let case = shipped.cases.get("device-return").unwrap().title.clone();
    let said =
        told("cases/device-return.toml", &format!("title = \"{case}\""), "title = \"Something comes back\"");
    assert_eq!(said, format!("{CHANGED}  Types of case: ~ device-return Something comes back (title)\n"));
    let event = shipped.movers.first().unwrap();
    let said = told("movers.toml", &format!("title = \"{}\"", event.title), "title = \"Something happens\"");
    assert_eq!(
        said,
        format!("{CHANGED}  Events in working lives: ~ {} Something happens (title)\n", event.name)
    );
    let (name, register) = shipped.permissions.iter().next().unwrap();
    let file = format!("registers/{name}.toml");
    let said = told(&file, &format!("title = \"{}\"", register.title), "title = \"Something allowed\"");
    assert_eq!(said, format!("{CHANGED}  Registers: ~ {name} Something allowed (title)\n"));
}
