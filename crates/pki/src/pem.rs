//! PEM (RFC 7468): base64 between two marked lines, which is how operators supply keys and certificates.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Returns the octets of every block, with its label. Text between blocks is passed over, as OpenSSL writes some.
pub(crate) fn blocks(text: &str) -> Vec<(&str, Vec<u8>)> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once("-----BEGIN ") {
        let Some((label, body)) = after.split_once("-----") else { break };
        let end = format!("-----END {label}-----");
        let Some((body, after)) = body.split_once(end.as_str()) else { break };
        let base64: String = body.chars().filter(|c| !c.is_ascii_whitespace()).collect();
        if let Ok(octets) = STANDARD.decode(base64) {
            found.push((label, octets));
        }
        rest = after;
    }
    found
}

/// Returns one block.
pub(crate) fn write(label: &str, octets: &[u8]) -> String {
    let base64 = STANDARD.encode(octets);
    let mut text = format!("-----BEGIN {label}-----\n");
    for (i, c) in base64.chars().enumerate() {
        if i > 0 && i.is_multiple_of(64) {
            text.push('\n');
        }
        text.push(c);
    }
    text.push_str(&format!("\n-----END {label}-----\n"));
    text
}

#[cfg(test)]
mod tests {
    #[test]
    fn blocks_read_back_past_other_text() {
        let (one, two) = (vec![7; 100], vec![9; 3]);
        let text = format!("Bag attributes\n{}noise\n{}", super::write("A", &one), super::write("B", &two));
        assert_eq!(super::blocks(&text), [("A", one), ("B", two)]);
        assert!(super::blocks("-----BEGIN A-----\nAAAA").is_empty(), "no end");
        assert!(super::blocks("-----BEGIN A-----\n!!!!\n-----END A-----").is_empty(), "not base64");
    }
}
