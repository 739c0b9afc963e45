//! The `[sign_in]` section: the force's directory as the way in for people.

use std::path::{Path, PathBuf};

use anyhow::Context;
use domain::Secret;
use outbound::oidc::{Oidc, OidcConfig};
use sign_in_app::{ClaimNames, OidcDirectory};

use super::reader::Section;
use super::{Config, read};
use crate::private_files;
use crate::system;

/// The force's directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignIn {
    /// The issuer, exactly as its tokens name it.
    pub issuer: String,
    /// Our client id there.
    pub client_id: String,
    /// The file of our client secret; without it, the environment may give it, and a public client has none.
    pub secret_file: Option<PathBuf>,
    /// What is asked for beside `openid`.
    pub scopes: Vec<String>,
    /// What its claims are called.
    pub claims: ClaimNames,
}

pub(super) fn read(section: &Section<'_>, folder: &Path) -> Option<SignIn> {
    if !section.is_there() {
        return None;
    }
    let issuer =
        section.must("issuer", "\"https://login.force.example\"").and_then(|text| issuer(section, text));
    let client_id = section.must("client_id", "\"the id that the directory gave\"");
    let scopes = section.text("scopes").unwrap_or_else(|| "profile email".into());
    let named = |key, otherwise: &str| section.text(key).unwrap_or_else(|| otherwise.to_owned());
    let claims = ClaimNames {
        account: named("account_claim", "sub"),
        user_name: named("user_name_claim", "preferred_username"),
        groups: named("groups_claim", "groups"),
        force: section.text("force_claim"),
        number: section.text("number_claim"),
    };
    if claims.force.is_some() != claims.number.is_some() {
        section.wrong::<()>(
            "number_claim",
            "force_claim and number_claim find somebody only together: write both or none",
        );
    }
    let secret_file = section.text("client_secret_file").map(|file| folder.join(file));
    section.finish();
    Some(SignIn {
        issuer: issuer?,
        client_id: client_id?,
        secret_file,
        scopes: scopes.split_whitespace().map(str::to_owned).collect(),
        claims,
    })
}

fn issuer(section: &Section<'_>, text: String) -> Option<String> {
    let local = text.strip_prefix("http://").is_some_and(read::is_loopback);
    if local || text.strip_prefix("https://").is_some_and(|rest| !rest.is_empty()) {
        return Some(text);
    }
    section.wrong("issuer", "write the issuer's whole address, such as https://login.force.example (http:// is for this machine alone)")
}

impl Config {
    /// Returns the directory as a way in, with its secret read.
    ///
    /// # Errors
    /// A secret that cannot be read, or that others can read too.
    pub fn directory(&self) -> anyhow::Result<Option<OidcDirectory>> {
        let Some(sign_in) = &self.sign_in else { return Ok(None) };
        let secret = match &sign_in.secret_file {
            Some(file) => {
                let bytes = private_files::read_private(file)?;
                let text = String::from_utf8(bytes.into_exposed())
                    .ok()
                    .with_context(|| format!("the client secret {} is not text", file.display()))?;
                Some(Secret::new(text.trim().to_owned()))
            }
            None => system::sign_in_secret(),
        };
        let oidc = Oidc::new(OidcConfig {
            issuer: sign_in.issuer.clone(),
            client_id: sign_in.client_id.clone(),
            client_secret: secret,
            redirect: format!("{}/sign-in/directory/return", self.address),
            after_sign_out: format!("{}/sign-in", self.address),
            scopes: sign_in.scopes.clone(),
        })?;
        Ok(Some(OidcDirectory { oidc, claims: sign_in.claims.clone() }))
    }
}
