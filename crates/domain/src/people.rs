//! Forces. People are rows of the store; access control keeps the forces apart.

use crate::platform::words;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

words! {
    /// A force: a data controller of its own, whose data access control keeps apart.
    Force {
        /// Norfolk Constabulary.
        Norfolk = "norfolk" / "Norfolk Constabulary",
        /// Suffolk Constabulary.
        Suffolk = "suffolk" / "Suffolk Constabulary",
    }
}
