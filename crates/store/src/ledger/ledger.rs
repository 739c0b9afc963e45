//! Stores the ledger's entries, tree and checkpoints. The crate `ledger` says what they mean.

use domain::{ClauseId, EntryId, Force, PersonId, Timestamp};

use crate::{StoreError, Tx, Value, row, statements, values};

row! {
    /// One entry. Its private detail is kept in a table of its own and can be erased.
    pub struct Entry {
        /// Its id.
        pub id: EntryId,
        /// Its place in the tree, once the sequencer gave it one.
        pub place: Option<i64>,
        /// When it happened.
        pub at: Timestamp,
        /// Who did it.
        pub actor: String,
        /// The action.
        pub action: String,
        /// The subject of the action.
        pub subject: String,
        /// The force that it belongs to.
        pub force: Option<Force>,
        /// The clause that it falls under.
        pub clause: Option<ClauseId> = "clause_id",
        /// The reason.
        pub reason: Option<String>,
        /// Salted digest of the private detail, hex.
        pub detail_digest: Option<String>,
    }
}

macro_rules! columns {
    () => {
        "id, place, at, actor, action, subject, force, clause_id, reason, detail_digest"
    };
}

macro_rules! erased {
    () => {
        ", detail_digest IS NOT NULL AND NOT EXISTS (SELECT 1 FROM ledger_detail d WHERE d.entry_id = ledger_entry.id)
         FROM ledger_entry WHERE "
    };
}

macro_rules! asked {
    () => {
        " AND ($1 = '' OR force = $1
           OR (force IS NULL AND (action LIKE 'policy.%' OR action LIKE 'document.%' OR action LIKE 'ledger.%')))
         AND ($2 = '' OR action LIKE $2 || '%')
         AND ($4 = '' OR clause_id = $4) AND at >= $5 AND (at, id) < ($6, $7) ORDER BY at DESC, id DESC LIMIT $8"
    };
}

statements! {
    pub(crate) LEDGER_ADD = "INSERT INTO ledger_entry (id, at, actor, action, subject, force, clause_id, reason, detail_digest)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    LEDGER_DETAIL_ADD = "INSERT INTO ledger_detail (entry_id, salt, detail) VALUES ($1, $2, $3)";
    LEDGER_DETAIL: SaltedDetail = "SELECT salt, detail FROM ledger_detail WHERE entry_id = $1";
    LEDGER_BY_ID: Entry = "SELECT {columns} FROM ledger_entry WHERE id = $1";
    LEDGER_WAITING: Entry = "SELECT {columns} FROM ledger_entry WHERE place IS NULL ORDER BY id LIMIT $1";
    LEDGER_PLACE = "UPDATE ledger_entry SET place = $2 WHERE id = $1 AND place IS NULL";
    // Sixteen at a time: a busy service places thousands of entries a second, and a statement costs more than its row. No join
    // with a list of values: SQLite would walk the whole ledger for it.
    LEDGER_PLACES = "UPDATE ledger_entry SET place = CASE id
        WHEN $1 THEN CAST($2 AS BIGINT) WHEN $3 THEN $4 WHEN $5 THEN $6 WHEN $7 THEN $8 WHEN $9 THEN $10 WHEN $11 THEN
        $12 WHEN $13 THEN $14 WHEN $15 THEN $16 WHEN $17 THEN $18 WHEN $19 THEN $20 WHEN $21 THEN $22 WHEN $23 THEN
        $24 WHEN $25 THEN $26 WHEN $27 THEN $28 WHEN $29 THEN $30 WHEN $31 THEN $32 END
        WHERE place IS NULL AND id IN ($1, $3, $5, $7, $9, $11, $13, $15, $17, $19, $21, $23, $25, $27, $29, $31)";
    // Ids are made in order of time.
    LEDGER_NEWEST: Timestamp = "SELECT at FROM ledger_entry ORDER BY id DESC LIMIT 1";
    LEDGER_SIZE = "SELECT COALESCE(max(place) + 1, 0) FROM ledger_entry";
    LEDGER_FROM: Entry = "SELECT {columns} FROM ledger_entry WHERE place >= $1 ORDER BY place LIMIT $2";
    // Two texts, so that a list about one subject walks the index of subjects.
    LEDGER_LIST: (Entry, bool) = concat!("SELECT ", columns!(), erased!(), "$3 = ''", asked!());
    LEDGER_LIST_OF: (Entry, bool) = concat!("SELECT ", columns!(), erased!(), "subject = $3", asked!());
    // What is a person's own: what they hold or were handed, and the cases about them or about what they hold.
    LEDGER_OWN: String = "SELECT 'device:' || id FROM device WHERE holder_id = $1
        UNION SELECT 'device:' || i.device_id FROM handover_item i JOIN handover h ON h.id = i.handover_id
          WHERE h.receiver_person_id = $1
        UNION SELECT 'case:' || c.id FROM desk_case c LEFT JOIN device d ON d.id = c.device_id
          WHERE c.person_id = $1 OR d.holder_id = $1";
    LEDGER_COUNT = "SELECT count(*) FROM ledger_entry WHERE place IS NULL";
    LEDGER_LOCK = "UPDATE meta SET value = value WHERE name = 'ledger-lock'";
    LEDGER_NODE_PUT = "INSERT INTO ledger_node (level, place, hash) VALUES ($1, $2, $3)
        ON CONFLICT (level, place) DO NOTHING";
    LEDGER_NODES_PUT = "INSERT INTO ledger_node (level, place, hash) VALUES ($1,$2,$3),($4,$5,$6),($7,$8,$9),($10,$11,$12),($13,$14,$15),($16,$17,$18),($19,$20,$21),($22,$23,$24),
        ($25,$26,$27),($28,$29,$30),($31,$32,$33),($34,$35,$36),($37,$38,$39),($40,$41,$42),($43,$44,$45),($46,$47,$48)
        ON CONFLICT (level, place) DO NOTHING";
    LEDGER_NODE: Vec<u8> = "SELECT hash FROM ledger_node WHERE level = $1 AND place = $2";
    LEDGER_CHECKPOINT_ADD = "INSERT INTO ledger_checkpoint (size, note, signed_at) VALUES ($1, $2, $3) ON CONFLICT (size) DO NOTHING";
    LEDGER_CHECKPOINT_LAST: Checkpoint = "SELECT {columns} FROM ledger_checkpoint ORDER BY size DESC LIMIT 1";
    LEDGER_CHECKPOINTS_AFTER: Checkpoint = "SELECT {columns} FROM ledger_checkpoint
        WHERE size > $1 ORDER BY size LIMIT $2";
    LEDGER_CHECKPOINTS: Checkpoint = "SELECT {columns} FROM ledger_checkpoint ORDER BY size";
}

/// Adds an entry, with its salted private detail where it has one.
pub fn add(tx: &mut Tx<'_>, new: &Entry, detail: Option<(Vec<u8>, Vec<u8>)>) -> Result<(), StoreError> {
    let params = values!(new: id, at, actor, action, subject, force, clause, reason, detail_digest);
    tx.later(&LEDGER_ADD, params)?;
    if let Some((salt, detail)) = detail {
        tx.later(&LEDGER_DETAIL_ADD, vec![Value::id(new.id), salt.into(), detail.into()])?;
    }
    Ok(())
}

/// A stored private detail: salt, then content.
pub type SaltedDetail = (Vec<u8>, Vec<u8>);

/// Returns the entry of that id.
pub fn by_id(tx: &mut Tx<'_>, id: EntryId) -> Result<Option<Entry>, StoreError> {
    tx.row(&LEDGER_BY_ID, &[Value::id(id)])
}

/// Returns the private detail of an entry, salt first; `None` if there is none or it was erased.
pub fn detail(tx: &mut Tx<'_>, id: EntryId) -> Result<Option<SaltedDetail>, StoreError> {
    tx.row(&LEDGER_DETAIL, &[Value::id(id)])
}

/// Entries that have no place yet, oldest first.
pub fn waiting(tx: &mut Tx<'_>, limit: u32) -> Result<Vec<Entry>, StoreError> {
    tx.rows(&LEDGER_WAITING, &[limit.into()])
}

/// Rows that one statement takes where many are written at once.
const TOGETHER: usize = 16;

/// Gives entries their places.
pub fn set_places(tx: &mut Tx<'_>, places: &[(EntryId, i64)]) -> Result<(), StoreError> {
    let values = |rows: &[(EntryId, i64)]| -> Vec<Value> {
        rows.iter().flat_map(|(id, place)| [Value::id(*id), (*place).into()]).collect()
    };
    let chunks = places.chunks_exact(TOGETHER);
    let rest = chunks.remainder();
    for chunk in chunks {
        tx.later(&LEDGER_PLACES, values(chunk))?;
    }
    rest.chunks(1).try_for_each(|one| tx.later(&LEDGER_PLACE, values(one)))
}

/// Waits until no other transaction gives places, and holds them off until this one ends.
pub fn lock(tx: &mut Tx<'_>) -> Result<(), StoreError> {
    tx.execute(&LEDGER_LOCK, &[]).map(drop)
}

/// Returns how many entries have a place.
pub fn size(tx: &mut Tx<'_>) -> Result<i64, StoreError> {
    crate::single_count(tx, &LEDGER_SIZE, &[])
}

/// Entries in order of place, from one place on.
pub fn from_place(tx: &mut Tx<'_>, place: i64, limit: u32) -> Result<Vec<Entry>, StoreError> {
    tx.rows(&LEDGER_FROM, &[place.into(), limit.into()])
}

/// What a list of entries shows. Empty words mean "any".
#[derive(Debug, Clone, Default)]
pub struct LedgerFilter {
    /// Only this force's, and those that [`concerns_every_force`] names.
    pub force: Option<Force>,
    /// What the action begins with.
    pub action: String,
    /// On whom or what, exactly as entered.
    pub subject: String,
    /// The clause that it falls under.
    pub clause: String,
    /// From this time on.
    pub from: Timestamp,
    /// Before this time.
    pub until: Option<Timestamp>,
    /// Only those that stand after this one in the list.
    pub after: Option<(Timestamp, EntryId)>,
}

/// Returns whether an entry without a force is for readers of every force: the rules in force, their documents, and the ledger's own
/// state.
/// Other entries without a force are for those who read for all of them.
#[must_use]
pub fn concerns_every_force(action: &str) -> bool {
    ["policy.", "document.", "ledger."].iter().any(|kind| action.starts_with(kind))
}

/// Lists the subjects of entries that are a person's own, themselves aside.
pub fn own_subjects(tx: &mut Tx<'_>, person: PersonId) -> Result<Vec<String>, StoreError> {
    tx.rows(&LEDGER_OWN, &[Value::id(person)])
}

/// Returns up to `limit` entries, newest first, each with whether its private detail was erased.
pub fn list(tx: &mut Tx<'_>, filter: &LedgerFilter, limit: u32) -> Result<Vec<(Entry, bool)>, StoreError> {
    let until = filter.until.unwrap_or(Timestamp::from_millis(i64::MAX));
    let (at, id) = match filter.after {
        Some((at, id)) if at < until => (at, id.to_string()),
        _ => (until, String::new()),
    };
    let statement = if filter.subject.is_empty() { &LEDGER_LIST } else { &LEDGER_LIST_OF };
    tx.rows(
        statement,
        &values!(filter: (crate::force_word(filter.force)), action, subject, clause, from, (at), (id),
            (i64::from(limit))),
    )
}

/// Returns how many entries have no place yet.
pub fn waiting_count(tx: &mut Tx<'_>) -> Result<i64, StoreError> {
    crate::single_count(tx, &LEDGER_COUNT, &[])
}

/// A full node of the tree: its level, its place there, its hash.
pub type Node = (u32, u64, [u8; 32]);

/// Writes full nodes of the tree.
pub fn put_nodes(tx: &mut Tx<'_>, nodes: &[Node]) -> Result<(), StoreError> {
    let values = |rows: &[Node]| -> Result<Vec<Value>, StoreError> {
        let mut all = Vec::with_capacity(rows.len() * 3);
        for (level, place, hash) in rows {
            let place =
                i64::try_from(*place).map_err(|error| StoreError::encode("ledger_node.place", &error))?;
            all.extend([i64::from(*level).into(), place.into(), hash.to_vec().into()]);
        }
        Ok(all)
    };
    let chunks = nodes.chunks_exact(TOGETHER);
    let rest = chunks.remainder();
    for chunk in chunks {
        tx.later(&LEDGER_NODES_PUT, values(chunk)?)?;
    }
    rest.chunks(1).try_for_each(|one| tx.later(&LEDGER_NODE_PUT, values(one)?))
}

/// Returns a full node of the tree.
pub fn node(tx: &mut Tx<'_>, level: u32, place: u64) -> Result<Option<Vec<u8>>, StoreError> {
    let place = i64::try_from(place).map_err(|error| StoreError::encode("ledger_node.place", &error))?;
    tx.row(&LEDGER_NODE, &[i64::from(level).into(), place.into()])
}

row! {
    /// A signed checkpoint.
    pub struct Checkpoint {
        /// How many entries it covers.
        pub size: i64,
        /// The signed note.
        pub note: String,
        /// When it was signed.
        pub signed_at: Timestamp,
    }
}

/// Keeps a checkpoint.
pub fn add_checkpoint(tx: &mut Tx<'_>, new: &Checkpoint) -> Result<(), StoreError> {
    tx.execute(&LEDGER_CHECKPOINT_ADD, &[new.size.into(), new.note.as_str().into(), new.signed_at.into()])
        .map(drop)
}

/// Returns the latest checkpoint.
pub fn last_checkpoint(tx: &mut Tx<'_>) -> Result<Option<Checkpoint>, StoreError> {
    tx.row(&LEDGER_CHECKPOINT_LAST, &[])
}

/// Returns up to `limit` checkpoints that cover more than so many entries, smallest first.
pub fn checkpoints_after(tx: &mut Tx<'_>, size: i64, limit: u32) -> Result<Vec<Checkpoint>, StoreError> {
    let params = [size.into(), limit.into()];
    tx.rows(&LEDGER_CHECKPOINTS_AFTER, &params)
}

/// Returns every checkpoint, smallest first.
pub fn checkpoints(tx: &mut Tx<'_>) -> Result<Vec<Checkpoint>, StoreError> {
    tx.rows(&LEDGER_CHECKPOINTS, &[])
}

/// Returns when the newest entry was made.
pub fn newest(tx: &mut Tx<'_>) -> Result<Option<Timestamp>, StoreError> {
    tx.row(&LEDGER_NEWEST, &[])
}
