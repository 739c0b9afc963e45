//! Object identifiers as their content octets, so that comparing one is comparing bytes.

/// Declares identifiers and, for the tests, their dotted form.
macro_rules! identifiers {
    ($($(#[$doc:meta])* $name:ident = $dotted:literal: $bytes:expr;)*) => {
        $($(#[$doc])* pub(crate) const $name: &[u8] = &$bytes;)*

        #[cfg(test)]
        const ALL: &[(&str, &[u8])] = &[$(($dotted, $name)),*];
    };
}

identifiers! {
    RSA_ENCRYPTION = "1.2.840.113549.1.1.1": [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1];
    SHA1_WITH_RSA = "1.2.840.113549.1.1.5": [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 5];
    SHA256_WITH_RSA = "1.2.840.113549.1.1.11": [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 11];
    SHA384_WITH_RSA = "1.2.840.113549.1.1.12": [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 12];
    SHA512_WITH_RSA = "1.2.840.113549.1.1.13": [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 13];
    EC_PUBLIC_KEY = "1.2.840.10045.2.1": [0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1];
    P256 = "1.2.840.10045.3.1.7": [0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7];
    P384 = "1.3.132.0.34": [0x2b, 0x81, 0x04, 0, 0x22];
    ECDSA_WITH_SHA256 = "1.2.840.10045.4.3.2": [0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2];
    ECDSA_WITH_SHA384 = "1.2.840.10045.4.3.3": [0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 3];
    ECDSA_WITH_SHA512 = "1.2.840.10045.4.3.4": [0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 4];
    SHA1 = "1.3.14.3.2.26": [0x2b, 0x0e, 3, 2, 0x1a];
    SHA256 = "2.16.840.1.101.3.4.2.1": [0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1];
    SHA384 = "2.16.840.1.101.3.4.2.2": [0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 2];
    SHA512 = "2.16.840.1.101.3.4.2.3": [0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 3];
    AES128_CBC = "2.16.840.1.101.3.4.1.2": [0x60, 0x86, 0x48, 1, 0x65, 3, 4, 1, 2];
    AES256_CBC = "2.16.840.1.101.3.4.1.42": [0x60, 0x86, 0x48, 1, 0x65, 3, 4, 1, 42];
    DES_EDE3_CBC = "1.2.840.113549.3.7": [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 3, 7];

    DATA = "1.2.840.113549.1.7.1": [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 1];
    SIGNED_DATA = "1.2.840.113549.1.7.2": [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 2];
    ENVELOPED_DATA = "1.2.840.113549.1.7.3": [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 3];
    CONTENT_TYPE = "1.2.840.113549.1.9.3": [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 3];
    MESSAGE_DIGEST = "1.2.840.113549.1.9.4": [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 4];
    SIGNING_TIME = "1.2.840.113549.1.9.5": [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 5];
    CHALLENGE_PASSWORD = "1.2.840.113549.1.9.7": [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 7];

    COMMON_NAME = "2.5.4.3": [0x55, 4, 3];
    ORGANISATION = "2.5.4.10": [0x55, 4, 10];
    SUBJECT_KEY_ID = "2.5.29.14": [0x55, 0x1d, 14];
    KEY_USAGE = "2.5.29.15": [0x55, 0x1d, 15];
    BASIC_CONSTRAINTS = "2.5.29.19": [0x55, 0x1d, 19];
    CRL_NUMBER = "2.5.29.20": [0x55, 0x1d, 20];
    AUTHORITY_KEY_ID = "2.5.29.35": [0x55, 0x1d, 35];
    EXTENDED_KEY_USAGE = "2.5.29.37": [0x55, 0x1d, 37];
    CLIENT_AUTH = "1.3.6.1.5.5.7.3.2": [0x2b, 6, 1, 5, 5, 7, 3, 2];

    /// The SCEP attributes, RFC 8894 section 3.2.
    SCEP_MESSAGE_TYPE = "2.16.840.1.113733.1.9.2": [0x60, 0x86, 0x48, 1, 0x86, 0xf8, 0x45, 1, 9, 2];
    SCEP_PKI_STATUS = "2.16.840.1.113733.1.9.3": [0x60, 0x86, 0x48, 1, 0x86, 0xf8, 0x45, 1, 9, 3];
    SCEP_FAIL_INFO = "2.16.840.1.113733.1.9.4": [0x60, 0x86, 0x48, 1, 0x86, 0xf8, 0x45, 1, 9, 4];
    SCEP_SENDER_NONCE = "2.16.840.1.113733.1.9.5": [0x60, 0x86, 0x48, 1, 0x86, 0xf8, 0x45, 1, 9, 5];
    SCEP_RECIPIENT_NONCE = "2.16.840.1.113733.1.9.6": [0x60, 0x86, 0x48, 1, 0x86, 0xf8, 0x45, 1, 9, 6];
    SCEP_TRANSACTION_ID = "2.16.840.1.113733.1.9.7": [0x60, 0x86, 0x48, 1, 0x86, 0xf8, 0x45, 1, 9, 7];
}

#[cfg(test)]
mod tests {
    /// Writes the dotted form (X.690 section 8.19), the reverse of how the table was made.
    fn dotted(octets: &[u8]) -> String {
        let mut numbers = Vec::new();
        let mut value = 0_u64;
        for &octet in octets {
            value = (value << 7) | u64::from(octet & 0x7f);
            if octet & 0x80 == 0 {
                numbers.push(value);
                value = 0;
            }
        }
        let first = numbers[0];
        let root = (first / 40).min(2);
        let mut text = format!("{root}.{}", first - root * 40);
        for number in &numbers[1..] {
            text.push_str(&format!(".{number}"));
        }
        text
    }

    #[test]
    fn octets_and_dotted_form_agree() {
        for (text, octets) in super::ALL {
            assert_eq!(dotted(octets), *text);
        }
    }
}
