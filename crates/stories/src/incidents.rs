//! A security incident of the seeded force, and a file of a case.

use domain::CaseId;
use kernel::access::permit;

use crate::force::{Seeded, root};

impl Seeded {
    /// Returns a picture that is attached to a case; the same one however often it is asked for.
    pub async fn file(&self, case: CaseId) -> domain::FileId {
        let chunk = |kind: &[u8; 4], body: &[u8]| {
            let length = u32::try_from(body.len()).unwrap().to_be_bytes();
            [&length[..], kind, body, b"CRC!"].concat()
        };
        let picture = [
            b"\x89PNG\r\n\x1a\n".to_vec(),
            chunk(b"IHDR", b"size"),
            chunk(b"tEXt", b"Author Ames"),
            chunk(b"IEND", b""),
        ]
        .concat();
        cases_app::files::add_file(&self.app, permit(&root()).unwrap(), case, "board.png", picture)
            .await
            .unwrap()
    }

    /// Returns the incident of that loss.
    pub async fn incident(&self) -> domain::IncidentId {
        let loss = self.loss().await;
        let read = losses_app::read::loss(&self.app, permit(&root()).unwrap(), loss).await.unwrap();
        let row =
            incidents_app::read::of_case(&self.app, permit(&root()).unwrap(), read.case.id).await.unwrap();
        row.expect("a loss has a form").id
    }
}
