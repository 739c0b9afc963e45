//! Forces. People themselves are rows of the store; the force is the wall between them.

use crate::platform::words;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

words! {
    /// A force: a data controller of its own, and a wall in access control.
    Force {
        /// Norfolk Constabulary.
        Norfolk = "norfolk" / "Norfolk Constabulary",
        /// Suffolk Constabulary.
        Suffolk = "suffolk" / "Suffolk Constabulary",
    }
}
