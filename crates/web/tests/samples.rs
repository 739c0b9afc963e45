//! Every sample page is sound, leads only to routes that there are, holds text that had to be escaped, and has only classes that the
//! style sheet knows.

mod checker;
mod classes;

use std::path::Path;

use checker::{faults, leading_nowhere};

#[test]
fn every_sample_page_is_sound() {
    let mut wrong = Vec::new();
    for (name, html) in web::samples().unwrap() {
        wrong.extend(faults(&html).into_iter().map(|fault| format!("{name}: {fault}")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_link_and_form_has_a_route() {
    let mut nowhere = Vec::new();
    for (name, html) in web::samples().unwrap() {
        nowhere.extend(leading_nowhere(&html).into_iter().map(|link| format!("{name}: {link}")));
    }
    assert!(nowhere.is_empty(), "{nowhere:#?}");
}

#[test]
fn every_class_has_a_rule_in_the_style_sheet() {
    let known = classes::in_style_sheet(&web_shell::assets::style_sheet_text());
    let mut wrong = Vec::new();
    for (name, html) in web::samples().unwrap() {
        wrong.extend(
            classes::without_a_rule(&html, &known).into_iter().map(|class| format!("{name}: {class}")),
        );
    }
    let templates = classes::templates(&Path::new(env!("CARGO_MANIFEST_DIR")).join("..")).unwrap();
    assert!(templates.len() > 100, "{} templates", templates.len());
    for (path, text) in templates {
        let unknown = classes::without_a_rule(&text, &known).into_iter();
        wrong.extend(unknown.map(|class| format!("{}: {class}", path.display())));
    }
    assert!(
        wrong.is_empty(),
        "import the component in web-shell/assets/app.scss, or write a rule:\n{}",
        wrong.join("\n")
    );
}

/// Pages that are linked to from several others: their address and their sample.
const LINKED: [(&str, &str); 8] = [
    ("/help/passwords", "passwords"),
    ("/help/passwords/new", "password-ask"),
    ("/help/faults/new", "fault-new"),
    ("/cases/hand-over", "cases-hand-over"),
    ("/me/password", "password-own"),
    ("/me/report-fault", "fault-own"),
    ("/me/contacts", "own-contacts"),
    ("/held", "held"),
];

#[test]
fn a_page_has_one_name_and_links_to_it_say_that() {
    let samples = web::samples().unwrap();
    let until = |text: &str, end: &str| text.split(end).next().unwrap_or_default().to_owned();
    for (path, own) in LINKED {
        let page = samples.iter().find(|(name, _)| *name == own).map(|(_, html)| html);
        let heading = page.and_then(|html| html.split("<h1 class=\"govuk-heading-l\">").nth(1));
        let heading = until(heading.unwrap_or_else(|| panic!("{own} is no sample with a heading")), "</h1>");
        let mut links = 0;
        for (name, html) in samples.iter().filter(|(name, _)| *name != own) {
            for link in html.split(&format!("href=\"{path}\">")).skip(1) {
                links += 1;
                assert_eq!(until(link, "</a>"), heading, "{name}: the link to {path}");
            }
        }
        assert!(links > 0, "nothing leads to {path}");
    }
}

#[test]
fn pages_speak_of_locks() {
    for (name, html) in web::samples().unwrap() {
        let text = html.to_lowercase();
        assert!(
            !text.contains("containment") && !text.contains("contained"),
            "{name}: the word on pages is lock"
        );
    }
    for deed in domain::Deed::ALL {
        assert!(!deed.title().contains("containment"), "{deed:?}");
    }
}

#[test]
fn a_class_without_a_rule_is_found() {
    let known = classes::in_style_sheet(".govuk-panel__title,.lan-a:focus{margin:.5em}.govuk-\\!-margin-0{}");
    assert_eq!(
        classes::without_a_rule("<p class=\"govuk-panel govuk-panel__title govuk-!-margin-0\">", &known),
        ["govuk-panel"]
    );
    let template =
        "<p class=\"lan-a{% if x == \"y\" %} lan-b{% endif %} lan-c--{{ d }} other\"><i class=\"lan-e\"/>";
    assert_eq!(classes::without_a_rule(template, &known), ["lan-b", "lan-e"]);
}

#[test]
fn samples_hold_text_that_must_be_escaped() {
    for (name, html) in web::samples().unwrap() {
        assert!(
            html.contains("&#60;script&#62;"),
            "{name}: put <script> into one of its strings, so that escaping is tried"
        );
    }
}

#[test]
fn the_checker_finds_what_it_looks_for() {
    let sound = |body: &str| {
        format!(
            "<!DOCTYPE html><html lang=\"en-GB\"><head><title>A – Lanyard</title></head><body>\
             <p class=\"lan-marking\">OFFICIAL</p><main><h1>A</h1>{body}</main><p class=\"lan-marking\">OFFICIAL</p>\
             </body></html>"
        )
    };
    assert_eq!(faults(&sound("")), Vec::<String>::new());
    for (body, fault) in [
        ("<p>", "not well-formed"),
        ("<h1>B</h1>", "2 headings"),
        ("<h3>B</h3>", "comes after"),
        ("<a href=\"/x\"> </a>", "says nothing"),
        ("<a>x</a>", "without an address"),
        ("<p id=\"x\"/><p id=\"x\"/>", "twice"),
        ("<input id=\"x\" name=\"x\"/>", "no label"),
        ("<label for=\"x\">Secret</label><input id=\"x\" name=\"x\" type=\"password\"/>", "takes a password"),
        ("<label for=\"x\">The phone’s PIN</label><input id=\"x\" name=\"x\"/>", "asks for a pin"),
        ("<label for=\"x\">Passcode</label><textarea id=\"x\" name=\"x\"/>", "asks for a passcode"),
        ("<label for=\"x\">It</label><input id=\"x\" name=\"x\" value=\"x\"/>", "its own name"),
        ("<label for=\"x\">It</label><input id=\"x\" name=\"device-password\"/>", "asks for a password"),
        ("<table><tr><th scope=\"col\">x</th></tr></table>", "without a caption"),
        ("<script>x</script>", "unescaped"),
        ("<p style=\"color: red\">x</p>", "content policy"),
        ("<a href=\"#nowhere\">x</a>", "leads nowhere"),
        ("<svg/>", "without words"),
    ] {
        let found = faults(&sound(body));
        if !found.iter().any(|found| found.contains(fault)) {
            panic!("{body}: expected \"{fault}\", found {found:?}");
        }
    }
    assert!(faults(&sound("").replace("OFFICIAL", "")).iter().any(|fault| fault.contains("marking")));
}
