//! devices-sim
