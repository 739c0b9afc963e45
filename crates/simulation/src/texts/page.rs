//! The page that shows the texts that the demonstration has sent, and where an answer to one can be typed.

use std::fmt::Write;

use axum::Form;
use axum::extract::State;
use axum::response::{Html, Redirect};
use domain::local_time::local;
use serde::Deserialize;

use super::TextProvider;

/// What a visitor typed.
#[derive(Deserialize)]
pub(super) struct Typed {
    from: String,
    text: String,
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Shows the texts, the newest first.
pub(super) async fn get(State(provider): State<TextProvider>) -> Html<String> {
    let mut rows = String::new();
    for text in provider.texts().into_iter().rev() {
        let at = local(text.at).strftime("%d/%m/%Y %H:%M:%S").to_string();
        let (to, says, state) = (escaped(&text.to), escaped(&text.says), escaped(text.state));
        let _ = write!(
            rows,
            "<article><h2>To {to}</h2><p class=\"says\">{says}</p><p class=\"state\">{at}, {state}</p>\
             <form method=\"post\" action=\"/reply\"><input type=\"hidden\" name=\"from\" value=\"{to}\"/>\
             <label>Answer from this number<input type=\"text\" name=\"text\" maxlength=\"160\"/></label>\
             <button type=\"submit\">Send</button></form></article>"
        );
    }
    if rows.is_empty() {
        rows.push_str(
            "<p>No text has been sent yet. Report a device lost: whoever is on call is sent one.</p>",
        );
    }
    let mut replies = String::new();
    for reply in provider.lock().replies.iter().rev() {
        let _ = write!(replies, "<li>{}: {}</li>", escaped(&reply.from), escaped(&reply.says));
    }
    Html(format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"/><title>Texts of the demonstration</title>\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/><style>\
         body{{font-family:sans-serif;max-width:40rem;margin:1rem auto;padding:0 1rem;line-height:1.4}}\
         article{{border:1px solid #b1b4b6;padding:1rem;margin:1rem 0}}h2{{font-size:1rem;margin:0}}\
         .says{{white-space:pre-wrap;overflow-wrap:anywhere}}.state{{color:#505a5f}}\
         label{{display:block}}input[type=text]{{font-size:1rem;width:100%;box-sizing:border-box;margin:.25rem 0}}\
         button{{font-size:1rem}}</style></head><body><main><h1>Texts of the demonstration</h1>\
         <p>Nothing leaves this machine: these are the texts that the demonstration would have sent. Answer one with its code, with \
         something else, or with STOP. An answer arrives within half a minute. <a href=\"/\">Look again</a></p>{rows}\
         <h2>Answers</h2><ul>{replies}</ul></main></body></html>"
    ))
}

/// Takes an answer that a visitor typed.
pub(super) async fn reply(State(provider): State<TextProvider>, Form(typed): Form<Typed>) -> Redirect {
    let cut = |text: &str, most: usize| text.chars().take(most).collect::<String>();
    provider.reply(&cut(&typed.from, 20), &cut(&typed.text, 160));
    Redirect::to("/")
}
