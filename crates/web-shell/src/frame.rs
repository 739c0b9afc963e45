//! The frame around every page: marking, who is signed in, where one is. Its template is `layout/shell.html`.

use domain::Timestamp;

/// What every page needs to be framed.
#[derive(Debug, Clone)]
pub struct Shell {
    /// The time of the request, from which ages are counted.
    pub now: Timestamp,
    /// The marking of the page, such as `OFFICIAL`; shown at its top and bottom.
    pub marking: String,
    /// The demonstration: everything is made up, and a line under the header says so.
    pub demo: bool,
    /// The forces that the service is for, as the header names them.
    pub forces: String,
    /// Who is signed in; nobody on the sign-in page.
    pub who: Option<SignedIn>,
    /// Which parts the person may open, in order; those are the navigation.
    pub areas: Vec<Area>,
    /// Which part this page belongs to.
    pub area: Area,
    /// The way back up, from the top; the page itself is not in it.
    pub crumbs: Vec<Crumb>,
    /// News from outside the page's subject, such as what a form has just done.
    pub banner: Option<Banner>,
    /// When the session ends, for whoever is about to type something long; nothing on pages that need no session.
    pub ends: Option<Ends>,
}

/// When a session ends.
#[derive(Debug, Clone, Copy)]
pub struct Ends {
    /// If nothing more is done.
    pub idle_at: Timestamp,
    /// Whatever is done.
    pub at: Timestamp,
}

/// The person signed in.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// As the directory has it.
    pub name: String,
    /// What the person is to Lanyard, such as `Service desk analyst`.
    pub role: String,
}

/// A part of the product, as the navigation names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Area {
    /// What concerns the person signed in.
    Me,
    /// What needs attention.
    Overview,
    /// The asset register and what devices report.
    Devices,
    /// Holders and their acceptances.
    People,
    /// Who is at work, and what people are told.
    Duty,
    /// The rules.
    Documents,
    /// Desk work.
    Cases,
    /// Permissions and exceptions.
    Registers,
    /// The log.
    Ledger,
    /// None of them: sign-in, errors.
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

    /// The word in the navigation.
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

    /// The address of its first page.
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

/// A link with its words.
#[derive(Debug, Clone)]
pub struct Crumb {
    /// Where it leads.
    pub href: String,
    /// What it says.
    pub text: String,
}

impl Crumb {
    /// Joins an address and its words.
    pub fn new(href: impl Into<String>, text: impl Into<String>) -> Self {
        Self { href: href.into(), text: text.into() }
    }
}

/// One notification; never shown together with an error summary, since one of them would go unread.
#[derive(Debug, Clone)]
pub struct Banner {
    /// Whether something was done as asked, rather than merely being worth knowing.
    pub success: bool,
    /// What happened.
    pub text: String,
    /// Where to look at it.
    pub link: Option<Crumb>,
}

impl Shell {
    /// Whether the person may open a part.
    pub fn sees(&self, area: Area) -> bool {
        self.areas.contains(&area)
    }

    /// Whether a time is over.
    pub fn past(&self, at: &Timestamp) -> bool {
        *at < self.now
    }

    /// How long the session lasts, in milliseconds: without a word from them, and at most. For the script that warns.
    pub fn lasts(&self, ends: &Ends) -> (i64, i64) {
        (ends.idle_at.since(self.now).millis(), ends.at.since(self.now).millis())
    }

    /// The frame of the samples: a signed-in desk analyst at 3 a.m.
    #[must_use]
    pub fn sample(area: Area) -> Self {
        Self {
            now: crate::clock::now(),
            marking: "OFFICIAL".into(),
            demo: true,
            forces: "Norfolk and Suffolk".into(),
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

    /// The same, one level up: for a page that is itself the first of its area.
    #[must_use]
    pub fn sample_top(area: Area) -> Self {
        let mut shell = Self::sample(area);
        shell.crumbs.clear();
        shell
    }
}
