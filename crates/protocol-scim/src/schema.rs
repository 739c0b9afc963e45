//! The attributes that this service has, as data: what is read, compared, patched, answered and discovered follows from
//! this table alone (RFC 7643, sections 4, 4.3 and 7).

/// What a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Type {
    Text,
    Truth,
    Number,
    Time,
    Reference,
    Complex,
}

impl Type {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Text => "string",
            Self::Truth => "boolean",
            Self::Number => "integer",
            Self::Time => "dateTime",
            Self::Reference => "reference",
            Self::Complex => "complex",
        }
    }
}

/// One attribute, or sub-attribute.
#[derive(Debug)]
pub(crate) struct Attribute {
    pub(crate) name: &'static str,
    pub(crate) kind: Type,
    pub(crate) about: &'static str,
    pub(crate) many: bool,
    pub(crate) required: bool,
    pub(crate) read_only: bool,
    /// Members of a group cannot be changed in place, only added and taken away.
    pub(crate) immutable: bool,
    pub(crate) case_exact: bool,
    pub(crate) unique: bool,
    /// Only in an answer that asked for it by name.
    pub(crate) on_request: bool,
    /// The type of resource that a reference leads to.
    pub(crate) refers_to: Option<&'static str>,
    pub(crate) usual: &'static [&'static str],
    pub(crate) parts: &'static [Attribute],
}

impl Attribute {
    pub(crate) const fn new(name: &'static str, kind: Type, about: &'static str) -> Self {
        Self {
            name,
            kind,
            about,
            many: false,
            required: false,
            read_only: false,
            immutable: false,
            case_exact: false,
            unique: false,
            on_request: false,
            refers_to: None,
            usual: &[],
            parts: &[],
        }
    }

    pub(crate) const fn text(name: &'static str, about: &'static str) -> Self {
        Self::new(name, Type::Text, about)
    }

    pub(crate) const fn truth(name: &'static str, about: &'static str) -> Self {
        Self::new(name, Type::Truth, about)
    }

    pub(crate) const fn complex(name: &'static str, about: &'static str, parts: &'static [Self]) -> Self {
        Self { parts, ..Self::new(name, Type::Complex, about) }
    }

    const fn reference(to: &'static str) -> Self {
        let about = "Address of that resource";
        Self { refers_to: Some(to), case_exact: true, ..Self::new("$ref", Type::Reference, about) }
    }

    pub(crate) const fn many(self) -> Self {
        Self { many: true, ..self }
    }

    pub(crate) const fn required(self) -> Self {
        Self { required: true, ..self }
    }

    pub(crate) const fn read_only(self) -> Self {
        Self { read_only: true, ..self }
    }

    const fn immutable(self) -> Self {
        Self { immutable: true, ..self }
    }

    pub(crate) const fn exact(self) -> Self {
        Self { case_exact: true, ..self }
    }

    const fn on_request(self) -> Self {
        Self { on_request: true, ..self }
    }

    const fn unique(self) -> Self {
        Self { unique: true, ..self }
    }

    pub(crate) const fn usual(self, usual: &'static [&'static str]) -> Self {
        Self { usual, ..self }
    }

    /// Returns the sub-attribute of that name, in any case of letters.
    pub(crate) fn part(&self, name: &str) -> Option<&'static Attribute> {
        self.parts.iter().find(|part| part.name.eq_ignore_ascii_case(name))
    }
}

/// One schema.
#[derive(Debug)]
pub(crate) struct Schema {
    pub(crate) urn: &'static str,
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    pub(crate) attributes: &'static [Attribute],
    /// Attributes of the RFCs that this service does not use: accepted and ignored, so that a directory which maps them is
    /// not stopped by them.
    pub(crate) let_go: &'static [&'static str],
}

impl Schema {
    /// Returns the attribute of that name, in any case of letters.
    pub(crate) fn attribute(&self, name: &str) -> Option<&'static Attribute> {
        self.attributes.iter().find(|attribute| attribute.name.eq_ignore_ascii_case(name))
    }

    pub(crate) fn lets_go(&self, name: &str) -> bool {
        self.let_go.iter().any(|known| known.eq_ignore_ascii_case(name))
    }
}

const MULTI: &str = "Which of several it is";

const USER_ATTRIBUTES: &[Attribute] = &[
    Attribute::text("userName", "The directory's name for the person; ASCII, unique in the force")
        .required()
        .unique(),
    Attribute::complex(
        "name",
        "The parts of the person's name",
        &[
            Attribute::text("formatted", "The whole name"),
            Attribute::text("familyName", "Family name"),
            Attribute::text("givenName", "Given name"),
        ],
    ),
    Attribute::text("displayName", "Name with rank, as pages show it; 100 characters at most"),
    Attribute::text("title", "Job: what clauses and questions depend on"),
    Attribute::truth("active", "Whether the person is on the books; false ends them"),
    Attribute::complex(
        "emails",
        "Addresses; the primary one, else the first, is written to",
        &[
            Attribute::text("value", "The address"),
            Attribute::text("type", MULTI).usual(&["work", "home", "other"]),
            Attribute::truth("primary", "Whether it is the one to use"),
        ],
    )
    .many(),
    Attribute::complex(
        "phoneNumbers",
        "Telephones; the primary one, else the first, is rung",
        &[
            Attribute::text("value", "The number"),
            Attribute::text("type", MULTI).usual(&["work", "mobile", "other"]),
            Attribute::truth("primary", "Whether it is the one to use"),
        ],
    )
    .many(),
    Attribute::complex(
        "groups",
        "Groups that the person is a member of",
        &[
            Attribute::text("value", "The group's id").read_only().exact(),
            Attribute::reference("Group").read_only(),
            Attribute::text("display", "The group's name").read_only(),
        ],
    )
    .many()
    .read_only(),
];

/// RFC 7643, section 4.1.
pub(crate) static USER: Schema = Schema {
    urn: "urn:ietf:params:scim:schemas:core:2.0:User",
    name: "User",
    about: "Somebody who may hold a device or work with Lanyard",
    attributes: USER_ATTRIBUTES,
    let_go: &[
        "nickName",
        "profileUrl",
        "userType",
        "preferredLanguage",
        "locale",
        "timezone",
        "password",
        "ims",
        "photos",
        "addresses",
        "entitlements",
        "roles",
        "x509Certificates",
    ],
};

/// RFC 7643, section 4.3.
pub(crate) static ENTERPRISE: Schema = Schema {
    urn: "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
    name: "EnterpriseUser",
    about: "What a workforce system adds",
    attributes: &[
        Attribute::text(
            "employeeNumber",
            "Collar or staff number: letters, digits and hyphens, unique in the force",
        ),
        Attribute::text("organization", "Organisation"),
        Attribute::text("division", "Division"),
        Attribute::text("department", "Unit"),
        Attribute::complex(
            "manager",
            "Line manager",
            &[
                Attribute::text("value", "The manager's id").exact(),
                Attribute::reference("User"),
                Attribute::text("displayName", "The manager's name").read_only(),
            ],
        ),
    ],
    let_go: &["costCenter"],
};

/// What the force needs and the RFC has no word for.
pub(crate) static FORCE: Schema = Schema {
    urn: "urn:lanyard:params:scim:schemas:extension:force:1.0:User",
    name: "ForceUser",
    about: "What a police force adds",
    attributes: &[
        Attribute::text("force", "Whose the person is: the force of the token").read_only().on_request(),
        Attribute::new("startDay", Type::Time, "First working day; a day is enough: 2026-11-22"),
        Attribute::new("lastDay", Type::Time, "Last working day; a day is enough: 2026-11-22"),
    ],
    let_go: &[],
};

/// RFC 7643, section 4.2.
pub(crate) static GROUP: Schema = Schema {
    urn: "urn:ietf:params:scim:schemas:core:2.0:Group",
    name: "Group",
    about: "A group of the directory; the force's settings say which roles it gives",
    attributes: &[
        Attribute::text("displayName", "The group's name, unique in the force").required().unique(),
        Attribute::complex(
            "members",
            "Who is in it",
            &[
                Attribute::text("value", "The member's id").immutable().exact(),
                Attribute::reference("User").immutable(),
            ],
        )
        .many(),
    ],
    let_go: &[],
};

const META_PARTS: &[Attribute] = &[
    Attribute::text("resourceType", "User or Group").read_only().exact(),
    Attribute::new("created", Type::Time, "When it was made").read_only(),
    Attribute::new("lastModified", Type::Time, "When it last changed").read_only(),
    Attribute::text("location", "Its address").read_only().exact(),
    Attribute::text("version", "Its entity tag").read_only().exact(),
];

/// What every resource has besides its schema's attributes (RFC 7643, section 3.1).
pub(crate) static COMMON: Schema = Schema {
    urn: "",
    name: "",
    about: "",
    attributes: &[
        Attribute::text("id", "Lanyard's own name for it").read_only().exact().unique(),
        Attribute::text("externalId", "The directory's own name for it").exact(),
        Attribute::complex("meta", "About the resource itself", META_PARTS).read_only(),
    ],
    let_go: &["schemas"],
};
