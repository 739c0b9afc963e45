//! Requests about a password and reports of a fault, for the tests of the pages.

use domain::CaseId;
use kernel::access::permit;

use crate::force::{Seeded, root};

impl Seeded {
    /// Returns a request about the password of Norfolk's phone; the same one however often it is asked for.
    pub async fn reset(&self) -> domain::ResetId {
        let new = help_app::resets::NewReset {
            device: self.phone,
            cause: domain::ResetCause::Forgotten,
            came: domain::ResetCame::Telephone,
            form: "the request of the tests".into(),
        };
        help_app::resets::ask_reset_at_desk(&self.app, permit(&root()).unwrap(), new).await.unwrap()
    }

    /// Returns a case of signs of tampering with Norfolk's phone; the same one however often it is asked for.
    pub async fn fault(&self) -> CaseId {
        let new = help_app::faults::NewFault {
            device: self.phone,
            kind: domain::FaultKind::Tampering,
            says: "the seal is cut <script>".into(),
            form: "the fault of the tests".into(),
        };
        help_app::faults::report_fault(&self.app, permit(&root()).unwrap(), new).await.unwrap().case
    }
}
