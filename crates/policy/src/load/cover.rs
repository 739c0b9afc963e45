//! Reading the further lines of a document's cover.

use crate::cover::{Cover, Original};
use crate::reader::Node;

/// Reads the lines of the cover that stand in the document's own table.
pub(super) fn cover(root: &Node<'_>) -> Cover {
    let (risk_rating, app_checked) = (root.opt("risk_rating"), root.opt("app_checked"));
    let (code_of_ethics, governing_policy) = (root.opt("code_of_ethics"), root.opt("governing_policy"));
    let (contact, owner_role) = (root.opt("contact"), root.opt("owner_role"));
    let original = root.table("original", "an original").and_then(|node| {
        let original = original(&node);
        node.finish();
        original
    });
    Cover { risk_rating, app_checked, code_of_ethics, governing_policy, contact, owner_role, original }
}

fn original(node: &Node<'_>) -> Option<Original> {
    let (sha256, form, note) = (node.must_text("sha256"), node.must("form"), node.opt("note"));
    let sha256 = sha256?;
    let is_digest = sha256.len() == 64 && sha256.chars().all(|c| matches!(c, '0'..='9' | 'a'..='f'));
    if !is_digest {
        node.problem(
            "sha256",
            "sha256 is not a digest: write the 64 lower-case hexadecimal digits that `sha256sum FILE` prints",
        );
        return None;
    }
    Some(Original { sha256, form: form?, note })
}
