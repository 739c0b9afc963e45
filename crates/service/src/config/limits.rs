//! How much of the service one caller, and all together, may take up.

use super::reader::Section;

/// How much may be taken up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The bytes of bodies that have arrived and are not answered yet, of all requests together.
    pub bytes_in_flight: usize,
    /// Requests at once on one HTTP/2 connection.
    pub streams: u32,
    /// Connections at once from one address; `None` for half of all.
    pub connections_per_address: Option<usize>,
    /// Requests at once of one address, where a proxy says whose they are.
    pub requests_per_address: usize,
    /// Messages that one device may send in a minute; 0 for no limit.
    pub device_messages_a_minute: u32,
}

pub(super) fn read(section: &Section<'_>) -> Limits {
    const MIB: usize = 1024 * 1024;
    let count = |key| section.raw(key).is_some().then(|| section.count(key, 16, 1_000_000, 16));
    let limits = Limits {
        bytes_in_flight: section.count("bytes_in_flight", 16 * MIB, 64 * 1024 * MIB, 128 * MIB),
        streams: u32::try_from(section.count("streams", 1, 1000, 16)).unwrap_or(16),
        connections_per_address: count("connections_per_address"),
        requests_per_address: section.count("requests_per_address", 16, 1_000_000, 1000),
        device_messages_a_minute: u32::try_from(section.count("device_messages_a_minute", 0, 6_000, 60))
            .unwrap_or(60),
    };
    section.finish();
    limits
}
