//! The schemas of what is discovered: they describe themselves (RFC 7643, sections 5 to 7). All of it is read-only.

use crate::schema::{Attribute, Schema, Type};

const fn text(name: &'static str, about: &'static str) -> Attribute {
    Attribute::text(name, about).read_only()
}

const fn truth(name: &'static str, about: &'static str) -> Attribute {
    Attribute::truth(name, about).read_only()
}

const fn number(name: &'static str, about: &'static str) -> Attribute {
    Attribute::new(name, Type::Number, about).read_only()
}

const fn address(name: &'static str, about: &'static str) -> Attribute {
    Attribute { refers_to: Some("uri"), ..Attribute::new(name, Type::Reference, about) }.read_only().exact()
}

const fn complex(name: &'static str, about: &'static str, parts: &'static [Attribute]) -> Attribute {
    Attribute::complex(name, about, parts).read_only()
}

const SUPPORTED: &[Attribute] = &[truth("supported", "Whether the service does it").required()];

/// RFC 7643, section 5.
pub(crate) static SERVICE_PROVIDER_CONFIG: Schema = Schema {
    urn: "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig",
    name: "ServiceProviderConfig",
    about: "What the service can do",
    attributes: &[
        address("documentationUri", "Where its documentation is"),
        complex("patch", "Changes of a part", SUPPORTED).required(),
        complex(
            "bulk",
            "Many requests in one",
            &[
                truth("supported", "Whether the service does it").required(),
                number("maxOperations", "How many at once").required(),
                number("maxPayloadSize", "How many bytes at once").required(),
            ],
        )
        .required(),
        complex(
            "filter",
            "Queries that choose",
            &[
                truth("supported", "Whether the service does it").required(),
                number("maxResults", "How many are given at once").required(),
            ],
        )
        .required(),
        complex("changePassword", "Passwords; there are none here", SUPPORTED).required(),
        complex("sort", "Sorted answers", SUPPORTED).required(),
        complex("etag", "Entity tags", SUPPORTED).required(),
        complex(
            "authenticationSchemes",
            "How a client proves who it is",
            &[
                text("type", "The scheme").required().usual(&["oauthbearertoken"]),
                text("name", "Its name").required(),
                text("description", "What it is").required(),
                address("specUri", "Where it is specified"),
                address("documentationUri", "Where it is explained"),
                truth("primary", "Whether it is the one to use"),
            ],
        )
        .required()
        .many(),
    ],
    let_go: &[],
};

/// RFC 7643, section 6.
pub(crate) static RESOURCE_TYPE: Schema = Schema {
    urn: "urn:ietf:params:scim:schemas:core:2.0:ResourceType",
    name: "ResourceType",
    about: "A kind of resource",
    attributes: &[
        text("id", "Its id, which is its name"),
        text("name", "Its name").required(),
        text("description", "What it is"),
        address("endpoint", "Where its resources are").required(),
        address("schema", "The schema that it follows").required(),
        complex(
            "schemaExtensions",
            "Schemas that it may follow as well",
            &[
                address("schema", "The schema").required(),
                truth("required", "Whether every resource follows it").required(),
            ],
        )
        .many(),
    ],
    let_go: &[],
};

/// The parts of an attribute's description; those of a part are the same without parts of their own.
const PARTS: &[Attribute] = &[
    text("name", "Its name").required().exact(),
    text("type", "What its values are").required(),
    truth("multiValued", "Whether it has several").required(),
    text("description", "What it is"),
    truth("required", "Whether it has to be there"),
    text("canonicalValues", "Usual values").many().exact(),
    truth("caseExact", "Whether the case of letters matters"),
    text("mutability", "Whether and how it may be written").exact(),
    text("returned", "When it is in an answer").exact(),
    text("uniqueness", "Among what its value is unique").exact(),
    text("referenceTypes", "What a reference leads to").many().exact(),
];

/// RFC 7643, section 7.
pub(crate) static SCHEMA: Schema = Schema {
    urn: "urn:ietf:params:scim:schemas:core:2.0:Schema",
    name: "Schema",
    about: "A list of attributes",
    attributes: &[
        text("id", "Its URN").required(),
        text("name", "Its name").required(),
        text("description", "What it is for"),
        complex(
            "attributes",
            "Its attributes",
            &[
                text("name", "Its name").required().exact(),
                text("type", "What its values are").required(),
                truth("multiValued", "Whether it has several").required(),
                text("description", "What it is"),
                truth("required", "Whether it has to be there"),
                text("canonicalValues", "Usual values").many().exact(),
                truth("caseExact", "Whether the case of letters matters"),
                text("mutability", "Whether and how it may be written").exact(),
                text("returned", "When it is in an answer").exact(),
                text("uniqueness", "Among what its value is unique").exact(),
                text("referenceTypes", "What a reference leads to").many().exact(),
                complex("subAttributes", "The parts of a complex one", PARTS).many(),
            ],
        )
        .required()
        .many(),
    ],
    let_go: &[],
};
