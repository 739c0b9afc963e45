//! Compiled configuration profiles, which of them each platform should have, and how far each device got them.

use domain::{CommandId, DeviceId, Platform, ProfileState, Timestamp};

use crate::{StoreError, Tx, Value, row, statements, values};

row! {
    /// A compiled profile. Its bytes never change under one digest.
    pub struct Profile {
        /// SHA-256 of the content, hex.
        pub digest: String,
        /// The platform that it is for.
        pub platform: Platform,
        /// The clause group, such as `mdu-6`.
        pub group: String = "group_id",
        /// PayloadIdentifier.
        pub identifier: String,
        /// PayloadUUID, which changes with the content.
        pub uuid: String,
        /// Display name.
        pub title: String,
        /// The clauses that it serves.
        pub clauses: Vec<String>,
    }

    /// How far a profile got on one device.
    pub struct DeviceProfile {
        /// PayloadIdentifier.
        pub identifier: String,
        /// The content.
        pub digest: String,
        /// PayloadUUID of that content.
        pub uuid: String,
        /// The command that carries or carried it.
        pub command: CommandId = "command_id",
        /// Its state.
        pub state: ProfileState,
        /// When it last changed.
        pub changed_at: Timestamp,
        /// The device's words, if it refused.
        pub error: Option<String>,
    }
}

statements! {
    pub(crate) PROFILE_ADD = "INSERT INTO profile (digest, platform, group_id, identifier, uuid, title, clauses, content, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (digest) DO NOTHING";
    PROFILE_CONTENT: Vec<u8> = "SELECT content FROM profile WHERE digest = $1";
    WANTED_SET = "INSERT INTO wanted_profile (platform, group_id, digest, since) VALUES ($1, $2, $3, $4)
        ON CONFLICT (platform, group_id) DO UPDATE SET digest = excluded.digest, since = excluded.since";
    WANTED_DROP = "DELETE FROM wanted_profile WHERE platform = $1 AND group_id = $2";
    WANTED: Profile = "SELECT {p.columns} FROM wanted_profile w
        JOIN profile p ON p.digest = w.digest WHERE w.platform = $1 ORDER BY w.group_id";
    DEVICE_PROFILE_PUT = "INSERT INTO device_profile (device_id, identifier, digest, uuid, command_id, state, changed_at, error)
        VALUES ($1, $2, $3, $4, $5, $6, $7, NULL)
        ON CONFLICT (device_id, identifier) DO UPDATE SET digest = excluded.digest, uuid = excluded.uuid,
        command_id = excluded.command_id, state = excluded.state, changed_at = excluded.changed_at, error = NULL";
    DEVICE_PROFILE_ANSWER = "UPDATE device_profile SET state = $3, changed_at = $4, error = $5 WHERE device_id = $1 AND command_id = $2";
    DEVICE_PROFILE_STATE = "UPDATE device_profile SET state = $3, changed_at = $4, error = NULL WHERE device_id = $1 AND identifier = $2";
    DEVICE_PROFILE_FORGET = "DELETE FROM device_profile WHERE device_id = $1 AND command_id = $2";
    DEVICE_PROFILE_GONE = "DELETE FROM device_profile WHERE device_id = $1 AND identifier = $2";
    DEVICE_PROFILES_FORGET = "DELETE FROM device_profile WHERE device_id = $1";
    DEVICE_PROFILES: DeviceProfile = "SELECT {columns} FROM device_profile WHERE device_id = $1 ORDER BY identifier";
}

/// Keeps a compiled profile.
pub fn keep(tx: &mut Tx<'_>, profile: &Profile, content: Vec<u8>, at: Timestamp) -> Result<(), StoreError> {
    let clauses =
        serde_json::to_string(&profile.clauses).map_err(|e| StoreError::encode("profile.clauses", &e))?;
    let params = values!(profile: digest, platform, group, identifier, uuid, title, (clauses), (content),
        (at));
    tx.execute(&PROFILE_ADD, &params).map(drop)
}

/// Returns the bytes of a profile.
pub fn content(tx: &mut Tx<'_>, digest: &str) -> Result<Option<Vec<u8>>, StoreError> {
    tx.row(&PROFILE_CONTENT, &[digest.into()])
}

/// Returns the profiles that devices of a platform should have.
pub fn wanted(tx: &mut Tx<'_>, platform: Platform) -> Result<Vec<Profile>, StoreError> {
    tx.rows(&WANTED, &[Value::id(platform)])
}

/// Makes that profile the one wanted of its platform and group.
pub fn want(tx: &mut Tx<'_>, profile: &Profile, since: Timestamp) -> Result<(), StoreError> {
    tx.execute(&WANTED_SET, &values!(profile: platform, group, digest, (since))).map(drop)
}

/// Notes that no profile of that platform and group is wanted any more.
pub fn unwant(tx: &mut Tx<'_>, platform: Platform, group: &str) -> Result<(), StoreError> {
    tx.execute(&WANTED_DROP, &[Value::id(platform), group.into()]).map(drop)
}

/// A profile on its way to a device.
#[derive(Debug, Clone, Copy)]
pub struct SentProfile<'a> {
    /// Its identifier on the device.
    pub identifier: &'a str,
    /// The digest of its content; empty for a removal.
    pub digest: &'a str,
    /// The UUID of this version.
    pub uuid: &'a str,
    /// The command that carries it.
    pub command: CommandId,
    /// Whether it is installed or removed.
    pub state: ProfileState,
}

/// Notes that a profile is on its way to a device, or its removal.
pub fn set_sent(
    tx: &mut Tx<'_>,
    device: DeviceId,
    sent: &SentProfile<'_>,
    at: Timestamp,
) -> Result<(), StoreError> {
    let mut params = vec![Value::id(device)];
    params.extend(values!(sent: identifier, digest, uuid, command, state, (at)));
    tx.later(&DEVICE_PROFILE_PUT, params)
}

/// What a device answers to the command that carried a profile.
#[derive(Debug, Clone, Copy)]
pub struct ProfileAnswer<'a> {
    /// The state that the profile comes to.
    pub state: ProfileState,
    /// The error, where there was one.
    pub error: Option<&'a str>,
}

/// Notes the device's answer to the command that carried a profile.
pub fn set_answer(
    tx: &mut Tx<'_>,
    device: DeviceId,
    command: CommandId,
    answer: &ProfileAnswer<'_>,
    at: Timestamp,
) -> Result<(), StoreError> {
    let ProfileAnswer { state, error } = *answer;
    tx.later(
        &DEVICE_PROFILE_ANSWER,
        vec![Value::id(device), Value::id(command), state.as_str().into(), at.into(), error.into()],
    )
}

/// Notes what the device's own list says of a profile.
pub fn set_state(
    tx: &mut Tx<'_>,
    device: DeviceId,
    identifier: &str,
    state: ProfileState,
    at: Timestamp,
) -> Result<(), StoreError> {
    tx.later(
        &DEVICE_PROFILE_STATE,
        vec![Value::id(device), identifier.into(), state.as_str().into(), at.into()],
    )
}

/// Forgets a profile whose removal was acknowledged.
pub fn forget(tx: &mut Tx<'_>, device: DeviceId, command: CommandId) -> Result<(), StoreError> {
    tx.later(&DEVICE_PROFILE_FORGET, vec![Value::id(device), Value::id(command)])
}

/// Forgets a profile that the device no longer lists and nobody wants there.
pub fn forget_identifier(tx: &mut Tx<'_>, device: DeviceId, identifier: &str) -> Result<(), StoreError> {
    tx.later(&DEVICE_PROFILE_GONE, vec![Value::id(device), identifier.into()])
}

/// Forgets every profile of a device that enrols afresh.
pub fn forget_all(tx: &mut Tx<'_>, device: DeviceId) -> Result<(), StoreError> {
    tx.later(&DEVICE_PROFILES_FORGET, vec![Value::id(device)])
}

/// Returns how far each profile got on a device.
pub fn of_device(tx: &mut Tx<'_>, device: DeviceId) -> Result<Vec<DeviceProfile>, StoreError> {
    tx.rows(&DEVICE_PROFILES, &[Value::id(device)])
}
