//! Lists the vendors whose devices the service manages, each with its own table.

use std::collections::BTreeSet;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use domain::{Coverage, DeviceKind, EnrolmentId, Platform, Secret, SettingKey, SettingValue};
use platform_port::{Target, Vendor};
use policy::SettingCompiler;
use store::Tx;
use store::own_tables::OwnTable;

use crate::{App, AppError};

/// Enrolment, with the platform of its device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EnrolledOn {
    /// Id of the enrolment.
    pub enrolment: EnrolmentId,
    /// Platform of its device.
    pub platform: Platform,
}

/// Vendor, with the store for what it alone needs of an enrolment.
#[derive(Debug, Clone)]
pub struct Served {
    /// Vendor that serves the platforms.
    pub vendor: Arc<dyn Vendor>,
    /// Table of its own.
    pub own: Arc<dyn OwnTable>,
}

/// All vendors that are wired in. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Platforms(Arc<[Served]>);

impl Platforms {
    /// Makes the list of the vendors that the binary wires in. If two serve the same platform, the first counts.
    #[must_use]
    pub fn new(all: Vec<Served>) -> Self {
        Self(all.into())
    }

    /// Returns the vendor that serves a platform; `None` if there is none.
    #[must_use]
    pub fn of(&self, platform: Platform) -> Option<&Served> {
        self.0.iter().find(|served| served.vendor.platforms().contains(&platform))
    }

    /// Returns the vendor that serves devices of that kind, with their platform; `None` if there is none.
    #[must_use]
    pub fn of_kind(&self, kind: DeviceKind) -> Option<(Platform, &Served)> {
        let platform = kind.platform()?;
        Some((platform, self.of(platform)?))
    }

    /// Returns whether devices of that kind can come under management.
    #[must_use]
    pub fn serve(&self, kind: DeviceKind) -> bool {
        self.of_kind(kind).is_some()
    }

    /// Returns the platforms that are served, in the order of [`Platform::ALL`].
    #[must_use]
    pub fn all(&self) -> Vec<Platform> {
        Platform::ALL.iter().copied().filter(|platform| self.of(*platform).is_some()).collect()
    }

    /// Returns the platforms of the vendor with that name.
    #[must_use]
    pub fn of_vendor(&self, name: &str) -> Option<&'static [Platform]> {
        let found = self.0.iter().find(|served| served.vendor.name() == name)?;
        Some(found.vendor.platforms())
    }

    /// Returns the vendors' names.
    pub fn vendors(&self) -> impl Iterator<Item = &'static str> {
        self.0.iter().map(|served| served.vendor.name())
    }

    pub(crate) fn compilers(&self) -> Vec<Compiler<'_>> {
        let of = |platform| self.of(platform).map(|served| Compiler { platform, vendor: &*served.vendor });
        Platform::ALL.iter().copied().filter_map(of).collect()
    }
}

/// Compiler of settings for one platform, as its vendor defines it.
pub(crate) struct Compiler<'v> {
    platform: Platform,
    vendor: &'v dyn Vendor,
}

impl SettingCompiler for Compiler<'_> {
    fn platform(&self) -> Platform {
        self.platform
    }

    fn cover(&self, key: &SettingKey, value: &SettingValue) -> Coverage {
        self.vendor.cover(self.platform, key, value)
    }
}

/// Returns the vendor that serves a platform.
///
/// # Errors
/// [`AppError::Conflict`] if there is none.
pub fn serving(app: &App, platform: Platform) -> Result<&Served, AppError> {
    app.platforms().of(platform).ok_or_else(|| {
        AppError::Conflict(format!("this service has nothing with which to manage a {}", platform.title()))
    })
}

/// Returns the place for which an enrolment's secret is sealed.
pub fn sealed_place(kind: &str, enrolment: EnrolmentId) -> String {
    format!("{kind}:{enrolment}")
}

/// Seals and stores a value that a vendor needs later; deletes it if the value is `None`.
pub fn keep(
    app: &App,
    tx: &mut Tx<'_>,
    EnrolledOn { enrolment, platform }: EnrolledOn,
    what: &str,
    value: Option<&Secret<Vec<u8>>>,
) -> Result<(), AppError> {
    let place = sealed_place(what, enrolment);
    let sealed = value.map(|value| app.sealer().seal(app.world(), &place, value.expose())).transpose()?;
    Ok(serving(app, platform)?.own.put(tx, enrolment, what, sealed)?)
}

/// Opens a value that a vendor stored.
pub fn kept(
    app: &App,
    tx: &mut Tx<'_>,
    enrolment: EnrolmentId,
    platform: Platform,
    what: &str,
) -> Result<Option<Secret<Vec<u8>>>, AppError> {
    let sealed = serving(app, platform)?.own.get(tx, enrolment, what)?;
    Ok(sealed.map(|sealed| app.sealer().open(&sealed_place(what, enrolment), &sealed)).transpose()?)
}

/// Collects what a vendor must know about a device to say whether it can be given an order.
pub fn target(
    app: &App,
    tx: &mut Tx<'_>,
    EnrolledOn { enrolment, platform }: EnrolledOn,
    supervised: bool,
    lost_mode: Option<bool>,
) -> Result<Target, AppError> {
    let names = serving(app, platform)?.own.names(tx, enrolment)?;
    let kept: BTreeSet<String> = names.into_iter().map(str::to_owned).collect();
    Ok(Target { platform, supervised, lost_mode, kept })
}

/// Makes a code of `digits` digits and seals it for an enrolment; base64.
pub fn new_code(app: &App, enrolment: EnrolmentId, digits: u32) -> Result<String, AppError> {
    // Takes few digits from eight random bytes: the bias of the remainder is far below one in a million.
    let number = u64::from_be_bytes(app.world().bytes()) % 10_u64.pow(digits.min(9));
    let width = digits.min(9) as usize;
    seal_code(app, &Secret::new(format!("{number:0width$}")), enrolment)
}

/// Seals a code for one enrolment.
///
/// # Errors
/// If the key of this node cannot seal.
pub fn seal_code(app: &App, code: &Secret<String>, enrolment: EnrolmentId) -> Result<String, AppError> {
    let sealed = app.sealer().seal(app.world(), &sealed_place("pin", enrolment), code.expose().as_bytes())?;
    Ok(BASE64.encode(sealed))
}

/// Opens a code that [`seal_code`] sealed for the same enrolment.
///
/// # Errors
/// If it was sealed with another key, for another enrolment, or is damaged.
pub fn open_code(app: &App, sealed: &str, enrolment: EnrolmentId) -> Result<Secret<String>, AppError> {
    let sealed = BASE64.decode(sealed).map_err(|error| AppError::fault(&error))?;
    let digits = app.sealer().open(&sealed_place("pin", enrolment), &sealed)?.into_exposed();
    String::from_utf8(digits).map(Secret::new).map_err(|error| AppError::fault(&error))
}
