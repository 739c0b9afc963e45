//! Every sample page is well-formed and sound: one heading at the top and none skipped, every field labelled, no id
//! twice, no link that says nothing, the marking at both ends, and nothing unescaped.
//!
//! Templates are written as XHTML would be, so that a strict parser can read them; browsers do not mind.

use std::collections::BTreeSet;

use roxmltree::{Document, Node, ParsingOptions};

fn elements<'a>(page: &'a Document<'a>) -> impl Iterator<Item = Node<'a, 'a>> {
    page.descendants().filter(Node::is_element)
}

/// The text that a person or a screen reader gets of an element.
fn words(node: Node<'_, '_>) -> String {
    let text: String = node.descendants().filter(Node::is_text).filter_map(|text| text.text()).collect();
    let label = node.attribute("aria-label").unwrap_or_default();
    format!("{text}{label}").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Everything wrong with one page.
fn faults(html: &str) -> Vec<String> {
    let options = ParsingOptions { allow_dtd: true, ..ParsingOptions::default() };
    let page = match Document::parse_with_options(html, options) {
        Ok(page) => page,
        Err(error) => {
            let line = html.lines().nth(error.pos().row as usize - 1).unwrap_or_default();
            return vec![format!("not well-formed: {error}: {line}")];
        }
    };
    let mut faults = Vec::new();
    faults.extend(frame(&page));
    faults.extend(headings(&page));
    faults.extend(ids(&page));
    for node in elements(&page) {
        faults.extend(element(&page, node));
    }
    faults
}

fn frame(page: &Document<'_>) -> Vec<String> {
    let mut faults = Vec::new();
    if page.root_element().attribute("lang") != Some("en-GB") {
        faults.push("the language is not said".to_owned());
    }
    let title = elements(page).find(|node| node.has_tag_name("title")).map(words).unwrap_or_default();
    if !title.ends_with(" – Lanyard") || title.starts_with('–') {
        faults.push(format!("the title is \"{title}\", not \"<Page> – Lanyard\""));
    }
    let markings = elements(page).filter(|node| node.attribute("class") == Some("lan-marking"));
    if markings.filter(|node| words(*node).starts_with("OFFICIAL")).count() != 2 {
        faults.push("the marking is not at both ends".to_owned());
    }
    if elements(page).filter(|node| node.has_tag_name("main")).count() != 1 {
        faults.push("there is not exactly one main part".to_owned());
    }
    for forbidden in ["script", "style", "iframe", "font"] {
        if elements(page).any(|node| node.has_tag_name(forbidden)) {
            faults.push(format!(
                "a <{forbidden}> got in: unescaped text, or a page that needs what no page may have"
            ));
        }
    }
    faults
}

fn headings(page: &Document<'_>) -> Vec<String> {
    let mut faults = Vec::new();
    let mut before = 0;
    let mut tops = 0;
    for node in elements(page) {
        let Some(level) = node.tag_name().name().strip_prefix('h').and_then(|level| level.parse::<u8>().ok())
        else {
            continue;
        };
        tops += usize::from(level == 1);
        if level > before + 1 && !(before == 0 && level == 2) {
            faults.push(format!("<h{level}> \"{}\" comes after <h{before}>", words(node)));
        }
        if words(node).is_empty() {
            faults.push(format!("an empty <h{level}>"));
        }
        before = level;
    }
    if tops != 1 {
        faults.push(format!("{tops} headings of the first level"));
    }
    faults
}

fn ids(page: &Document<'_>) -> Vec<String> {
    let mut faults = Vec::new();
    let mut seen = BTreeSet::new();
    for id in elements(page).filter_map(|node| node.attribute("id")) {
        if !seen.insert(id) {
            faults.push(format!("the id \"{id}\" is there twice"));
        }
        if id.is_empty() || id.contains(char::is_whitespace) {
            faults.push(format!("the id \"{id}\" is empty or has a space in it"));
        }
    }
    for node in elements(page) {
        for attribute in ["for", "aria-describedby", "aria-labelledby", "headers"] {
            for id in node.attribute(attribute).unwrap_or_default().split_whitespace() {
                if !seen.contains(id) {
                    faults.push(format!("{attribute}=\"{id}\" leads nowhere"));
                }
            }
        }
        if let Some(id) = node.attribute("href").and_then(|href| href.strip_prefix('#'))
            && !seen.contains(id)
        {
            faults.push(format!("the link to #{id} leads nowhere"));
        }
    }
    faults
}

fn element(page: &Document<'_>, node: Node<'_, '_>) -> Option<String> {
    let name = node.tag_name().name();
    let said = |what: &str| Some(format!("<{name}> {what}: {}", words(node)));
    if node.attribute("style").is_some()
        || node.attributes().any(|attribute| attribute.name().starts_with("on"))
    {
        return said("has a style or a script in an attribute, which the content policy forbids");
    }
    match name {
        "a" if words(node).is_empty() => said("is a link that says nothing"),
        "a" if !node.attribute("href").is_some_and(|href| href.starts_with(['/', '#', 'h', 'm'])) => {
            said("is a link without an address")
        }
        "button" if words(node).is_empty() || node.attribute("type").is_none() => {
            said("is a button without words or type")
        }
        "th" if node.attribute("scope").is_none() => said("is a table heading without a scope"),
        "table" if !node.children().any(|child| child.has_tag_name("caption")) => {
            said("is a table without a caption")
        }
        "form" if !matches!(node.attribute("method"), Some("get" | "post")) => {
            said("is a form without a method")
        }
        "svg" if node.attribute("aria-hidden") != Some("true") && words(node).is_empty() => {
            said("is a picture without words")
        }
        "input" | "select" | "textarea" if node.attribute("type") != Some("hidden") => labelled(page, node),
        _ => None,
    }
}

fn labelled(page: &Document<'_>, field: Node<'_, '_>) -> Option<String> {
    let id = field.attribute("id").unwrap_or_default();
    let label = elements(page).find(|node| node.has_tag_name("label") && node.attribute("for") == Some(id));
    match label {
        Some(label) if !words(label).is_empty() && field.attribute("name").is_some() => None,
        _ => Some(format!("the field \"{id}\" has no label or no name")),
    }
}

#[test]
fn every_sample_page_is_sound() {
    let mut wrong = Vec::new();
    for (name, html) in web::samples::all().unwrap() {
        wrong.extend(faults(&html).into_iter().map(|fault| format!("{name}: {fault}")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_link_and_form_has_a_route() {
    let mut nowhere = BTreeSet::new();
    for (name, html) in web::samples::all().unwrap() {
        let options = ParsingOptions { allow_dtd: true, ..ParsingOptions::default() };
        let page = Document::parse_with_options(&html, options).unwrap();
        for node in elements(&page) {
            let (method, link) = match (node.tag_name().name(), node.attribute("method")) {
                ("form", Some("post")) => ("POST", node.attribute("action")),
                ("form", _) => ("GET", node.attribute("action")),
                _ => ("GET", node.attribute("href")),
            };
            let Some(link) = link.filter(|link| link.starts_with('/')) else { continue };
            if !web::routes::leads_somewhere(method, link) {
                nowhere.insert(format!("{name}: {method} {link}: put it into routes.rs or mend the link"));
            }
        }
    }
    assert!(nowhere.is_empty(), "{nowhere:#?}");
}

#[test]
fn samples_hold_text_that_must_be_escaped() {
    for (name, html) in web::samples::all().unwrap() {
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
