//! Describes a device beside its serial number: label, maker, model, numbers, day of purchase.
//! Also changes its standing without a hand-over.

use domain::{AssetClass, DeviceId, Standing, Use};
use serde_json::json;
use store::assets::Asset;
use store::devices::Device;
use store::locks::{self, Lock};
use store::{Tx, assets, devices};

use devices_app::caps::held_beyond_cap;

use super::Changed;
use devices_app::caps::HeldDeed;
use kernel::access::{ManageRegister, Permit};
use kernel::fields::{optional_text, text};
use kernel::record::Record;
use kernel::{App, AppError, Work};

/// Change of standing that needs no hand-over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Restated {
    /// Out of use, in a store; still the force's property.
    Retired,
    /// Missing: nobody knows where it is.
    Missing,
    /// Found again after it was missing.
    Found,
}

impl Restated {
    const fn action(self) -> &'static str {
        match self {
            Self::Retired => "device.retired",
            Self::Missing => "device.missing",
            Self::Found => "device.found",
        }
    }

    fn check(self, device: &Device, asset: &Asset) -> Result<(), AppError> {
        let gone = matches!(asset.standing, Standing::Retired | Standing::Disposed);
        let why = match self {
            Self::Retired | Self::Missing if gone => "it is out of use already",
            Self::Retired if device.holder.is_some() => "somebody has it; have it returned first",
            Self::Missing if asset.standing == Standing::Missing => "it is missing already",
            Self::Found if asset.standing != Standing::Missing => "it is not missing",
            _ => return Ok(()),
        };
        Err(AppError::Conflict(why.into()))
    }
}

/// Replaces the particulars in the register.
pub(crate) fn describe(tx: &mut Tx<'_>, device: &Device, new: &Described) -> Result<(), AppError> {
    let another = |found: Vec<DeviceId>| found.into_iter().any(|found| found != device.id);
    if let Some(tag) = &new.asset_tag
        && another(assets::with_tag(tx, device.force, &tag.to_uppercase())?)
    {
        return Err(AppError::invalid("asset tag", format!("another device of the force is labelled {tag}")));
    }
    if let Some(imei) = &new.imei
        && another(assets::with_imei(tx, imei)?)
    {
        return Err(AppError::invalid("imei", "another device in the register has this IMEI"));
    }
    let asset = Asset {
        class: new.class.unwrap_or_else(|| device.kind.class()),
        held_as: new.held_as,
        maker: new.maker.clone(),
        imei: new.imei.clone(),
        iccid: new.iccid.clone(),
        eid: new.eid.clone(),
        bought_on: new.bought_on.clone(),
        ..assets::of(tx, device)?
    };
    assets::describe(tx, device.id, new.asset_tag.as_deref(), new.model.as_deref())?;
    assets::put(tx, device.id, &asset)?;
    Ok(())
}

/// Details of a device beside its serial number and kind. Every text may be empty.
#[derive(Debug, Clone, Default)]
pub struct Particulars {
    /// Class of property; the kind's own if left out.
    pub class: Option<AssetClass>,
    /// Use: personal issue or pool.
    pub held_as: Option<Use>,
    /// Force's own label.
    pub asset_tag: String,
    /// Maker of the device.
    pub maker: String,
    /// Maker's name for the model.
    pub model: String,
    /// Equipment identity of its radio: 15 digits with their check digit.
    pub imei: String,
    /// Number of its SIM: 18 to 22 digits.
    pub iccid: String,
    /// Number of its embedded SIM: 32 digits.
    pub eid: String,
    /// Day of purchase, `2026-11-22`.
    pub bought_on: String,
}

/// [`Particulars`] after they were checked.
pub(crate) struct Described {
    pub class: Option<AssetClass>,
    pub held_as: Use,
    pub asset_tag: Option<String>,
    pub maker: Option<String>,
    pub model: Option<String>,
    pub imei: Option<String>,
    pub iccid: Option<String>,
    pub eid: Option<String>,
    pub bought_on: Option<String>,
}

impl Particulars {
    /// Reads the particulars of a device from the register.
    pub(crate) fn of(device: &Device, asset: &Asset) -> Self {
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        Self {
            class: Some(asset.class),
            held_as: Some(asset.held_as),
            asset_tag: text(&device.asset_tag),
            maker: text(&asset.maker),
            model: text(&device.model),
            imei: text(&asset.imei),
            iccid: text(&asset.iccid),
            eid: text(&asset.eid),
            bought_on: text(&asset.bought_on),
        }
    }

    pub(crate) fn checked(&self) -> Result<Described, AppError> {
        let bought_on = optional_text("bought", Some(&self.bought_on), 10)?;
        if let Some(day) = &bought_on {
            day.parse::<jiff::civil::Date>().map_err(|_| {
                AppError::invalid("bought", "enter a day as year-month-day, such as 2026-11-22")
            })?;
        }
        let imei = digits("imei", &self.imei, 15..=15)?;
        if imei.as_deref().is_some_and(|imei| !luhn(imei)) {
            return Err(AppError::invalid(
                "imei",
                "its check digit does not fit; compare it with the device",
            ));
        }
        Ok(Described {
            class: self.class,
            held_as: self.held_as.unwrap_or(Use::Personal),
            asset_tag: optional_text("asset tag", Some(&self.asset_tag), 40)?,
            maker: optional_text("maker", Some(&self.maker), 60)?,
            model: optional_text("model", Some(&self.model), 80)?,
            imei,
            iccid: digits("iccid", &self.iccid, 18..=22)?,
            eid: digits("eid", &self.eid, 32..=32)?,
            bought_on,
        })
    }
}

/// Checks a number of that many digits, with spaces and hyphens taken out; returns `None` for an empty one.
fn digits(
    field: &'static str,
    text: &str,
    many: std::ops::RangeInclusive<usize>,
) -> Result<Option<String>, AppError> {
    let plain: String = text.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    if plain.is_empty() {
        return Ok(None);
    }
    if plain.bytes().all(|byte| byte.is_ascii_digit()) && many.contains(&plain.len()) {
        return Ok(Some(plain));
    }
    let (least, most) = many.into_inner();
    let wanted = if least == most { least.to_string() } else { format!("{least} to {most}") };
    Err(AppError::invalid(field, format!("enter its {wanted} digits")))
}

/// Returns whether a number's last digit is the check digit of the others (Luhn; 3GPP TS 23.003 annex B).
fn luhn(digits: &str) -> bool {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, byte)| {
            let digit = u32::from(byte.saturating_sub(b'0'));
            let doubled = digit * 2;
            if place % 2 == 0 { digit } else { doubled / 10 + doubled % 10 }
        })
        .sum();
    sum.is_multiple_of(10)
}

/// Describes a device in the register: label, maker, model, numbers, day of purchase.
///
/// # Errors
/// [`AppError::Invalid`] beside its field, [`AppError::Conflict`] if another device of the force has the label or the IMEI.
pub async fn describe_device(
    app: &App,
    permit: Permit<ManageRegister>,
    id: DeviceId,
    new: Particulars,
) -> Result<(), AppError> {
    let described = new.checked()?;
    let (app, now) = (app.clone(), app.world().now());
    app.clone().store()
            .write(move |tx| {
                let device = devices::by_id(tx, id)?.ok_or_else(|| AppError::not_found("device", id))?;
                permit.reaches(device.force)?;
                describe(tx, &device, &described)?;
                let record = Record::new(&permit.actor().name, "device.described", format!("device:{id}"))
                    .force(device.force)
                    .detail(json!({ "asset_tag": described.asset_tag, "maker": described.maker, "model": described.model }));
                app.enter(tx, now, record)
            })
            .await
}

/// Changes the standing of a device without a hand-over: out of use, missing, or found again. Withdraws a draft that it waits in.
/// Taking it out of use and marking it as missing count towards a cap.
///
/// # Errors
/// [`AppError::Invalid`] without a reason, [`AppError::Conflict`] if it has that standing already or cannot have it.
pub async fn restate_device(
    app: &App,
    permit: Permit<ManageRegister>,
    id: DeviceId,
    to: Restated,
    why: &str,
) -> Result<Changed, AppError> {
    let why = text("why", why, 300)?;
    let (app, now) = (app.clone(), app.world().now());
    app.clone()
        .store()
        .write(move |tx| {
            locks::take(tx, Lock::Device(id))?;
            let device = devices::by_id(tx, id)?.ok_or_else(|| AppError::not_found("device", id))?;
            permit.reaches(device.force)?;
            to.check(&device, &assets::of(tx, &device)?)?;
            let by = permit.actor().name.as_str();
            let what = match to {
                Restated::Retired => Some(HeldDeed::Retire { why: why.clone() }),
                Restated::Missing => Some(HeldDeed::Missing { why: why.clone() }),
                Restated::Found => None,
            };
            if let Some(what) = what
                && let Some(burst) = held_beyond_cap(Work { app: &app, tx, now }, &device, &what, by)?
            {
                return Ok(Changed::Held(burst));
            }
            restate(Work { app: &app, tx, now }, &device, to, &why, by).map(|()| Changed::Done)
        })
        .await
}

/// Changes the standing of a device after checking again that it may change.
///
/// # Errors
/// [`AppError::Conflict`] if it has that standing already or cannot have it.
pub fn restate_checked(
    Work { app, tx, now }: Work<'_, '_>,
    id: DeviceId,
    to: Restated,
    why: &str,
    by: &str,
) -> Result<(), AppError> {
    locks::take(tx, Lock::Device(id))?;
    let device = devices::by_id(tx, id)?.ok_or_else(|| AppError::not_found("device", id))?;
    to.check(&device, &assets::of(tx, &device)?)?;
    restate(Work { app, tx, now }, &device, to, why, by)
}

fn restate(
    Work { app, tx, now }: Work<'_, '_>,
    device: &Device,
    to: Restated,
    why: &str,
    by: &str,
) -> Result<(), AppError> {
    let before = assets::of(tx, device)?;
    let mut asset = before.clone();
    asset.standing = match to {
        Restated::Retired => Standing::Retired,
        Restated::Missing => Standing::Missing,
        Restated::Found if device.holder.is_some() => Standing::Issued,
        Restated::Found => Standing::InStore,
    };
    if to != Restated::Found {
        asset.place = None;
    }
    if !assets::restand(tx, device.id, &before, &asset)? {
        return Err(AppError::Conflict("it was changed meanwhile; reload the page".into()));
    }
    if to == Restated::Retired {
        devices::retire(tx, device.id, now)?;
    }
    crate::withdraw_open(Work { app, tx, now }, by, device.id, "the device stands otherwise now")?;
    let record = Record::new(by, to.action(), format!("device:{}", device.id))
        .force(device.force)
        .detail(json!({ "why": why }));
    app.enter(tx, now, record)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_checked_as_they_are_printed() {
        let of = |imei: &str, iccid: &str, bought: &str| {
            Particulars {
                imei: imei.into(),
                iccid: iccid.into(),
                bought_on: bought.into(),
                ..Particulars::default()
            }
            .checked()
        };
        let good = of("49 015420 323751 8", "8944-1000-3000-0000-1234", "2026-02-28").unwrap();
        assert_eq!(good.imei.as_deref(), Some("490154203237518"));
        assert_eq!(good.iccid.as_deref(), Some("89441000300000001234"));
        for (imei, iccid, bought, field) in [
            ("490154203237519", "", "", "imei"),
            ("4901542032375", "", "", "imei"),
            ("", "89x", "", "iccid"),
            ("", "", "2026-02-30", "bought"),
            ("", "", "28/02/2026", "bought"),
        ] {
            match of(imei, iccid, bought) {
                Err(AppError::Invalid { field: found, .. }) => assert_eq!(found, field),
                _ => panic!("{imei} {iccid} {bought} was taken"),
            }
        }
    }
}
