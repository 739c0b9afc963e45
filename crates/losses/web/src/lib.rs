//! Pages of losses.
