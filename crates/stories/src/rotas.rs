//! An on-call rota of the seeded force.

use domain::{LayerId, OverrideId, RotaId};
use duty_app::rota::{self, Form, Kept, NewLayer, NewOverride, NewRota};
use kernel::access::{SeeDuty, permit, permit_within};

use crate::force::{Seeded, root};

/// A rota with one layer and one override.
#[derive(Debug, Clone, Copy)]
pub struct SeededRota {
    /// The rota.
    pub id: RotaId,
    /// Its layer.
    pub layer: LayerId,
    /// Its override, which may have been withdrawn.
    pub change: OverrideId,
}

impl Seeded {
    /// Returns Norfolk's rota, entered when it is first asked for.
    pub async fn rota(&self) -> SeededRota {
        let seen = || permit_within::<SeeDuty>(&root()).unwrap();
        let known = rota::rotas(&self.app, seen()).await.unwrap();
        let id = match known.first() {
            Some(known) => known.row.id,
            None => self.add_rota().await,
        };
        let layer = rota::rota_of(&self.app, seen(), id).await.unwrap().layers[0].row.id;
        let new = NewOverride {
            kind: "add".into(),
            person: "88".into(),
            start: self.day(1),
            end: self.day(2),
            reason: "A test".into(),
            ..NewOverride::default()
        };
        let form = Form { rota: id, version: None, seen: String::new() };
        let made = rota::override_rota(&self.app, permit(&root()).unwrap(), form, new).await.unwrap();
        let Kept::Made(change) = made else { panic!("an addition leaves no gap") };
        SeededRota { id, layer, change }
    }

    async fn add_rota(&self) -> RotaId {
        let new = NewRota {
            force: Some(domain::samples::NORFOLK),
            name: "On-call engineer".into(),
            owner: "1234".into(),
            ..NewRota::default()
        };
        let first = NewLayer {
            name: "Week by week".into(),
            people: "1234\n4410".into(),
            turn: "1".into(),
            unit: "weeks".into(),
            first: "2020-01-06 09:00".into(),
            ..NewLayer::default()
        };
        let made =
            rota::add_rota(&self.app, permit(&root()).unwrap(), new, first, String::new()).await.unwrap();
        let Kept::Made(id) = made else { panic!("a rota that began in the past has no gap") };
        id
    }
}
