//! Every sample page is sound, leads only to routes that there are, and holds text that had to be escaped.

mod checker;

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
