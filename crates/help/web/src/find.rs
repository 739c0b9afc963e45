//! Finds the device that a caller speaks of, for the forms of the desk.

use domain::DeviceId;
use kernel::access::ManageCases;
use losses_app::search::{self, find_devices, one_device};

use web_shell::parts::listing::percent;
use web_shell::session::{Ctx, Problem};

/// A device that fits what was typed.
#[derive(Debug, Clone, Default)]
pub struct Fit {
    /// Its id; empty where none is chosen.
    pub id: String,
    /// The address of the form with this device chosen.
    pub href: String,
    /// Its kind, serial number and asset tag.
    pub title: String,
    /// Its holder's name and number; empty where nobody holds it.
    pub holder: String,
    /// Whether it is reported lost.
    pub lost: bool,
}

/// What the search at the top of a form shows.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// What was typed.
    pub search: String,
    /// The devices that fit.
    pub fits: Vec<Fit>,
    /// The device that was chosen.
    pub chosen: Fit,
}

fn fit(found: search::Fit, typed: &str, path: &str) -> Fit {
    Fit {
        id: found.device.to_string(),
        href: format!("{path}?q={}&device={}", percent(typed), found.device),
        title: found.title,
        holder: found.holder.unwrap_or_default(),
        lost: found.reported,
    }
}

/// Searches for what was typed; `chosen` is the id of the device that was chosen, or empty. People who may not work on cases find
/// nothing.
pub(crate) async fn found(ctx: &Ctx, path: &str, chosen: &str) -> Result<Found, Problem> {
    let (app, typed) = (&ctx.site.app, ctx.asked("q").to_owned());
    let chosen = match chosen.parse::<DeviceId>() {
        Ok(device) => one_device(app, ctx.permit::<ManageCases>()?, device).await?,
        Err(_) => None,
    };
    let fits = match &chosen {
        Some(_) => Vec::new(),
        None => find_devices(app, ctx.permit::<ManageCases>()?, &typed).await?,
    };
    Ok(Found {
        fits: fits.into_iter().map(|found| fit(found, &typed, path)).collect(),
        chosen: chosen.map(|found| fit(found, &typed, path)).unwrap_or_default(),
        search: typed,
    })
}

impl Found {
    /// Returns a search with a device chosen, for the gallery and the tests.
    #[must_use]
    pub fn sample() -> Self {
        Self {
            search: "ames <script>".into(),
            fits: Vec::new(),
            chosen: Fit {
                id: "1".into(),
                href: "/help/passwords/new?q=ames&device=1".into(),
                title: "iPhone F4GXQ2ABCD (NC-01234)".into(),
                holder: "PC Ames <script> (1234)".into(),
                lost: false,
            },
        }
    }
}
