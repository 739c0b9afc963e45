//! The frame around every page: the marking, the person signed in, the place of the page. Its template is `layout/shell.html`.

use domain::samples::{AWAY, HOME};
use domain::{Force, Timestamp};
use kernel::forces::ForceName;

use crate::flash::{self, Heading};

/// The data that the frame of every page needs.
#[derive(Debug, Clone)]
pub struct Shell {
    /// The time of the request, from which ages are computed.
    pub now: Timestamp,
    /// The marking of the page, such as `OFFICIAL`; shown at its top and bottom.
    pub marking: String,
    /// Whether this is the demonstration: everything is made up, and a line under the header says so.
    pub demo: bool,
    /// The forces of the person signed in, as the header names them.
    pub forces: String,
    /// Every force that the service is for.
    pub served: Vec<ForceName>,
    /// The person signed in; `None` on the sign-in page.
    pub who: Option<SignedIn>,
    /// The parts that the person may open, in order; they make up the navigation.
    pub areas: Vec<Area>,
    /// The part that this page belongs to.
    pub area: Area,
    /// The links to the pages above, from the top; the page itself is not among them.
    pub crumbs: Vec<Crumb>,
    /// A notification that is not the page's subject, such as what a form has just done.
    pub banner: Option<Banner>,
    /// When the session ends, as a warning before somebody types a long text; `None` on pages that need no session.
    pub ends: Option<Ends>,
}

/// When a session ends.
#[derive(Debug, Clone, Copy)]
pub struct Ends {
    /// The time it ends if the person does nothing more.
    pub idle_at: Timestamp,
    /// The time it ends in any case.
    pub at: Timestamp,
}

/// The person signed in.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// The name in the directory.
    pub name: String,
    /// The person's role in Lanyard, such as `Service desk analyst`.
    pub role: String,
}

/// A part of the product, as the navigation names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Area {
    /// The pages about the person signed in.
    Me,
    /// The first page: matters that need attention.
    Overview,
    /// The asset register and what devices report.
    Devices,
    /// The holders and their acceptances.
    People,
    /// Who is on duty, and the notices sent to people.
    Duty,
    /// The rules.
    Documents,
    /// The cases that the service desk works on.
    Cases,
    /// Permissions and exceptions.
    Registers,
    /// The log.
    Ledger,
    /// None of the parts: sign-in, errors.
    Elsewhere,
}

impl Area {
    /// Every part that the navigation can show, in its order.
    pub const ALL: [Self; 9] = [
        Self::Me,
        Self::Overview,
        Self::Devices,
        Self::People,
        Self::Duty,
        Self::Documents,
        Self::Cases,
        Self::Registers,
        Self::Ledger,
    ];

    /// Returns the word in the navigation.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Me => "Your devices",
            Self::Overview => "Overview",
            Self::Devices => "Devices",
            Self::People => "People",
            Self::Duty => "Duty",
            Self::Documents => "Documents",
            Self::Cases => "Cases",
            Self::Registers => "Registers",
            Self::Ledger => "Ledger",
            Self::Elsewhere => "",
        }
    }

    /// Returns the address of the part's first page.
    #[must_use]
    pub const fn href(self) -> &'static str {
        match self {
            Self::Overview | Self::Elsewhere => "/",
            Self::Me => "/me",
            Self::Devices => "/devices",
            Self::People => "/people",
            Self::Duty => "/duty",
            Self::Documents => "/documents",
            Self::Cases => "/cases",
            Self::Registers => "/registers",
            Self::Ledger => "/ledger",
        }
    }
}

/// A link with its text.
#[derive(Debug, Clone)]
pub struct Crumb {
    /// The address it leads to.
    pub href: String,
    /// The text of the link.
    pub text: String,
}

impl Crumb {
    /// Joins an address and its words.
    pub fn new(href: impl Into<String>, text: impl Into<String>) -> Self {
        Self { href: href.into(), text: text.into() }
    }
}

/// One notification; never shown together with an error summary, since one of them would not be read.
#[derive(Debug, Clone)]
pub struct Banner {
    /// What is true of the thing that was asked for.
    pub heading: Heading,
    /// A sentence that says what happened.
    pub text: String,
    /// A link to the details.
    pub link: Option<Crumb>,
}

impl Banner {
    /// Returns the banner for the key of a message.
    #[must_use]
    pub fn of(word: &str) -> Option<Self> {
        let text = flash::of(word)?.to_owned();
        Some(Self { heading: flash::heading_of(word), text, link: None })
    }
}

impl Shell {
    /// Returns whether the person may open a part.
    pub fn sees(&self, area: Area) -> bool {
        self.areas.contains(&area)
    }

    /// Returns the full name of a force; its word, if it is no longer served.
    pub fn title_of<'a>(&'a self, force: &'a Force) -> &'a str {
        let served = self.served.iter().find(|served| served.force == *force);
        served.map_or_else(|| force.as_str(), ForceName::title)
    }

    /// Returns whether a time has passed.
    pub fn past(&self, at: &Timestamp) -> bool {
        *at < self.now
    }

    /// Returns how long the session lasts, in milliseconds: while the person does nothing, and at most. Used by the script that
    /// warns of its end.
    pub fn lasts(&self, ends: &Ends) -> (i64, i64) {
        (ends.idle_at.since(self.now).millis(), ends.at.since(self.now).millis())
    }

    /// Returns the frame of the samples: a service desk analyst signed in at 3 a.m.
    #[must_use]
    pub fn sample(area: Area) -> Self {
        Self {
            now: crate::clock::now(),
            marking: "OFFICIAL".into(),
            demo: true,
            forces: "Northshire and Southshire".into(),
            served: vec![
                ForceName::new(HOME, "Northshire Police"),
                ForceName::new(AWAY, "Southshire Police"),
            ],
            who: Some(SignedIn {
                name: "Morgan Ash <script>alert(1)</script>".into(),
                role: "Service desk analyst".into(),
            }),
            areas: Area::ALL.to_vec(),
            area,
            crumbs: match area {
                Area::Overview | Area::Elsewhere => Vec::new(),
                area => vec![Crumb::new("/", "Overview"), Crumb::new(area.href(), area.title())],
            },
            banner: None,
            ends: Some(Ends { idle_at: crate::clock::hours_ahead(1), at: crate::clock::hours_ahead(12) }),
        }
    }

    /// Returns the frame of the samples for a page that is itself the first of its area.
    #[must_use]
    pub fn sample_top(area: Area) -> Self {
        let mut shell = Self::sample(area);
        shell.crumbs.clear();
        shell
    }
}
