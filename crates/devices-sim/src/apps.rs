//! Apps on a simulated device.

use plist::{Dictionary, Value};
use serde::{Deserialize, Serialize};

use crate::spec::{DeviceSpec, Temper};
use crate::value::{dict, text};

/// An app, as `InstalledApplicationList` shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct App {
    pub(crate) identifier: String,
    name: String,
    version: String,
    /// From the vendor's shop; false for an app that someone signed for themselves.
    from_store: bool,
    pub(crate) managed: bool,
}

impl App {
    pub(crate) fn new(identifier: &str, name: &str, version: &str) -> Self {
        let (identifier, name, version) = (identifier.to_owned(), name.to_owned(), version.to_owned());
        Self { identifier, name, version, from_store: true, managed: false }
    }

    /// Writes an app as the list shows it; a Mac knows less of its apps.
    pub(crate) fn to_dict(&self, on_mac: bool) -> Dictionary {
        let mut all = dict([
            ("Identifier", text(&self.identifier)),
            ("Name", text(&self.name)),
            ("Version", text(&self.version)),
            ("ShortVersion", text(&self.version)),
            ("BundleSize", Value::Integer(48_000_000.into())),
            ("Installing", false.into()),
        ]);
        if !on_mac {
            all.extend(dict([
                ("DynamicSize", Value::Integer(1_200_000.into())),
                ("IsValidated", self.from_store.into()),
                ("AppStoreVendable", self.from_store.into()),
                ("AdHocCodeSigned", (!self.from_store).into()),
            ]));
        }
        all
    }
}

/// Returns what is on a device when it comes to the server's notice.
pub(crate) fn at_first(spec: &DeviceSpec) -> Vec<App> {
    let mut apps = if spec.model.is_mac() {
        vec![
            App::new("com.microsoft.Outlook", "Microsoft Outlook", "16.89.1"),
            App::new("com.microsoft.teams2", "Microsoft Teams", "24277.3502"),
        ]
    } else {
        vec![
            App::new("com.microsoft.Office.Outlook", "Outlook", "4.2445.0"),
            App::new("com.microsoft.skype.teams", "Teams", "6.20.1"),
        ]
    };
    for app in &mut apps {
        app.managed = true;
    }
    match spec.temper {
        Temper::NonCompliant => {
            apps.push(App::new("net.whatsapp.WhatsApp", "WhatsApp", "24.22.77"));
            apps.push(App::new("com.zhiliaoapp.musically", "TikTok", "37.2.0"));
        }
        Temper::Tampered if !spec.model.is_mac() => {
            let mut unknown = App::new("com.sideload.unc0ver.helper", "Helper", "1.0");
            unknown.from_store = false;
            apps.push(unknown);
        }
        _ => {}
    }
    apps
}
