//! Fetches what a vendor needs to write an order.

use std::collections::BTreeMap;

use domain::{EnrolmentId, Platform, Secret};
use platform_port::{Order, Supplies};
use store::Tx;

use super::Spec;
use kernel::platforms::{kept, open_code, serving};
use kernel::{App, AppError};

/// Fetches what a vendor needs to write an order: the bundle, the code and what is stored for the enrolment, all opened.
pub(crate) fn supplies(
    app: &App,
    tx: &mut Tx<'_>,
    spec: &Spec,
    enrolment: EnrolmentId,
    platform: Platform,
) -> Result<Supplies, AppError> {
    let bundle = match &spec.order {
        Order::InstallSettings { digest, .. } => {
            let content = store::profiles::content(tx, digest)?
                .ok_or_else(|| AppError::Fault(format!("the profile {digest} is not in the store")))?;
            Some(Secret::new(content))
        }
        Order::InstallOwnSettings { digest, identifier } => {
            Some(permissions_app::own_content(app, tx, enrolment, identifier, digest)?)
        }
        _ => None,
    };
    let code = spec.sealed_code.as_deref().map(|sealed| open_code(app, sealed, enrolment)).transpose()?;
    let mut all = BTreeMap::new();
    for what in serving(app, platform)?.vendor.needs(&spec.order) {
        if let Some(value) = kept(app, tx, enrolment, platform, what)? {
            all.insert(*what, value);
        }
    }
    Ok(Supplies { bundle, code, kept: all })
}
