//! What `policy list` and `show` print: an interface, so its shape is written out here.

use serde_json::{Value, json};

use crate::sample::{edited, files, load};

fn json(of: impl serde::Serialize) -> Value {
    serde_json::to_value(of).unwrap()
}

struct Whole;

impl policy::SettingCompiler for Whole {
    fn platform(&self) -> domain::Platform {
        domain::Platform::Ios
    }

    fn cover(&self, _: &domain::SettingKey, _: &domain::SettingValue) -> domain::Coverage {
        domain::Coverage::partly("the rest")
    }
}

#[test]
fn a_list_has_a_line_each() {
    let library = load(&files());
    let list = json(library.list(&library.coverage(&[&Whole])));
    assert_eq!(
        list[0],
        json!({
            "id": "AA-1.1", "document": "a", "title": "Clause AA-1.1", "number": "1.1", "section": "1", "group": "aa-1",
            "kept_by": ["setting", "check", "acceptance"], "modality": "must", "actors": ["holder"], "flags": ["F1"],
            "withheld": false,
            "platforms": { "ios": {
                "verdict": "partly",
                "residue": ["the rest", "It: left to people, who accept it before they use a device."],
            } },
        })
    );
    assert_eq!(list[4]["kept_by"], json!(["procedure"]));
    assert_eq!(list[4]["platforms"]["ios"]["verdict"], "done by people");
}

#[test]
fn a_page_has_everything() {
    let library = load(&files());
    let page = json(library.show("aa-1.2", &library.coverage(&[&Whole])).unwrap());
    assert_eq!(page["id"], "AA-1.2");
    assert_eq!(page["text"], "It locks itself.");
    assert_eq!(
        page["settings"],
        json!([{
            "key": "lock.after_minutes", "means": "Lock", "asked": 5, "parameter": "lock-minutes", "in_force": 3,
            "group": "aa-1", "also_asked_by": ["BB-x"],
        }])
    );
    assert_eq!(page["parameters"]["lock-minutes"]["value"], 5);
    assert_eq!(page["parameters"]["lock-minutes"]["owner"], "Director of ICT");
    assert_eq!(page["asks"], json!([{ "what": "It", "settings": ["lock.after_minutes"], "agreed": false }]));
    assert_eq!(page["kept"][0]["by"], "setting");
    assert_eq!(page["kept"][0]["check"], "profile");
    assert_eq!(page["kept"][0]["grace"], "1d");
    assert_eq!(page["checks"]["profile"]["asks"], "The profile is installed");
    assert_eq!(page["digest"], library.find_clause("AA-1.2").unwrap().digest());
    let other = json(library.show("BB-x", &library.coverage(&[])).unwrap());
    assert_eq!((&other["kept"][0]["grace"], &other["kept"][0]["opens"]), (&json!("1h"), &json!("desk-case")));
    let limit = json(library.show("BB-3", &library.coverage(&[])).unwrap());
    assert_eq!(limit["kept"][0]["within"], json!({ "span": "1w", "parameter": "stale" }));
    assert!(limit["parameters"]["stale"].is_object());
    assert!(library.show("AA-7", &library.coverage(&[])).is_none());
}

#[test]
fn a_withheld_clause_is_listed_without_its_text() {
    let library = load(&edited("documents/a/clauses/2.9-read.md", "number", "withheld = true\nnumber"));
    let page = json(library.show("AA-2.9", &library.coverage(&[])).unwrap());
    assert_eq!((&page["withheld"], &page["text"]), (&json!(true), &Value::Null));
    assert!(!page.to_string().contains("Read this."));
}
