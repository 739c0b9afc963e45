//! What every page must be, samples and served ones alike: well-formed, one heading at the top and none skipped, every
//! field labelled, no field for a device's password, no id twice, no link that says nothing, the marking at both ends.
//!
//! Templates are written as XHTML would be, so that a strict parser can read them; browsers do not mind.

use std::collections::BTreeSet;

use roxmltree::{Document, Node, ParsingOptions};

pub(crate) fn elements<'a>(page: &'a Document<'a>) -> impl Iterator<Item = Node<'a, 'a>> {
    page.descendants().filter(Node::is_element)
}

/// The text that a person or a screen reader gets of an element.
fn words(node: Node<'_, '_>) -> String {
    let text: String = node.descendants().filter(Node::is_text).filter_map(|text| text.text()).collect();
    let label = node.attribute("aria-label").unwrap_or_default();
    format!("{text}{label}").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Everything wrong with one page.
pub(crate) fn faults(html: &str) -> Vec<String> {
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
        if elements(page).any(|node| node.has_tag_name(forbidden) && !is_our_script(node)) {
            faults.push(format!(
                "a <{forbidden}> got in: unescaped text, or a page that needs what no page may have"
            ));
        }
    }
    faults
}

/// The one script that the content policy allows, which has nothing between its tags.
fn is_our_script(node: Node<'_, '_>) -> bool {
    node.attribute("src") == Some(web_shell::assets::script()) && !node.has_children()
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
        "input" | "select" | "textarea" if node.attribute("type") != Some("hidden") => {
            labelled(page, node).or_else(|| asks_for_a_password(page, node))
        }
        _ => None,
    }
}

/// The one password that anybody may enter here: a private hub's, which opens a network and no device.
const OF_A_NETWORK: &str = "passphrase";

/// The order of that name; the reason for it is asked for, and no passcode.
const OF_AN_ORDER: &str = "clear-passcode";

/// A field that would take the password of a device or of a person's account: there is none in the product.
fn asks_for_a_password(page: &Document<'_>, field: Node<'_, '_>) -> Option<String> {
    let attribute = |name| field.attribute(name).unwrap_or_default();
    let (id, name) = (attribute("id"), attribute("name"));
    if attribute("type") == "password" || attribute("autocomplete").contains("password") {
        return Some(format!("the field \"{id}\" takes a password: nobody gives one to Lanyard"));
    }
    // A choice takes no words.
    let choice = matches!(attribute("type"), "radio" | "checkbox") || field.has_tag_name("select");
    if choice || (id, name) == (OF_A_NETWORK, OF_A_NETWORK) {
        return None;
    }
    let label = elements(page).find(|node| node.has_tag_name("label") && node.attribute("for") == Some(id));
    let asked = format!("{id} {name} {}", label.map(words).unwrap_or_default()).to_lowercase();
    let asked = asked.replace(OF_AN_ORDER, "");
    let mut asked = asked.split(|letter: char| !letter.is_alphanumeric());
    let secret = asked.find(|word| SECRETS.contains(word))?;
    Some(format!("the field \"{id}\" asks for a {secret}: nobody gives one to Lanyard"))
}

/// What a device or an account is opened with.
const SECRETS: [&str; 8] =
    ["password", "passwords", "passcode", "passcodes", "passphrase", "pin", "pins", "pwd"];

fn labelled(page: &Document<'_>, field: Node<'_, '_>) -> Option<String> {
    let id = field.attribute("id").unwrap_or_default();
    let label = elements(page).find(|node| node.has_tag_name("label") && node.attribute("for") == Some(id));
    let text = matches!(field.attribute("type"), None | Some("text" | "search"));
    if text && field.attribute("value").is_some_and(|value| Some(value) == field.attribute("name")) {
        // A macro's parameter got in the way of what the page holds.
        return Some(format!("the field \"{id}\" holds its own name"));
    }
    match label {
        Some(label) if !words(label).is_empty() && field.attribute("name").is_some() => None,
        _ => Some(format!("the field \"{id}\" has no label or no name")),
    }
}

/// Every link and form of a page that leads to no route of ours.
pub(crate) fn leading_nowhere(html: &str) -> BTreeSet<String> {
    let options = ParsingOptions { allow_dtd: true, ..ParsingOptions::default() };
    let Ok(page) = Document::parse_with_options(html, options) else { return BTreeSet::new() };
    let mut nowhere = BTreeSet::new();
    for node in elements(&page) {
        let (method, link) = match (node.tag_name().name(), node.attribute("method")) {
            ("form", Some("post")) => ("POST", node.attribute("action")),
            ("form", _) => ("GET", node.attribute("action")),
            _ => ("GET", node.attribute("href")),
        };
        let Some(link) = link.filter(|link| link.starts_with('/')) else { continue };
        if !web_shell::routes::leads_somewhere(&web::routes(), method, link) {
            nowhere.insert(format!("{method} {link}: put it into routes.rs or mend the link"));
        }
    }
    nowhere
}
