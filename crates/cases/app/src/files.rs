//! Attaches files to cases: checked by content and size, sealed, and read only by those who may read the case.
//!
//! What is kept are the bytes received, under their SHA-256 digest. A picture is shown as a copy without its metadata.

use domain::{CaseId, FileId, Timestamp};
use media::Media;
use serde_json::json;
use store::case_files::{self, CaseFile};
use store::locks::{self, Lock};
use store::{Tx, cases};

use kernel::access::{Actor, ManageCases, Permit, SeeCases};
use kernel::record::Record;
use kernel::words::who;
use kernel::{App, AppError, Work, digest_hex};

/// The largest file, in bytes.
pub const LARGEST: usize = 10 << 20;
/// Most files of a case.
const MOST: i64 = 50;
/// Most bytes of a case's files.
const MOST_BYTES: i64 = 100 << 20;
/// The longest name, in characters.
const LONGEST_NAME: usize = 100;

/// A file of a case, in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileView {
    /// Its id.
    pub id: FileId,
    /// The name that its sender gave it; empty once it is erased.
    pub name: String,
    /// What it is.
    pub title: &'static str,
    /// How many bytes were received.
    pub size: i64,
    /// SHA-256 of them, in hex.
    pub digest: String,
    /// Who added it.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// Whether a copy without metadata can be shown.
    pub is_shown: bool,
    /// Whether its content was erased.
    pub erased: bool,
}

/// The content of a file.
#[derive(Clone)]
pub struct FileRead {
    /// The media type.
    pub media: &'static str,
    /// A name that is safe in a header: its digest's beginning and the ending of its kind.
    pub name: String,
    /// The bytes.
    pub bytes: Vec<u8>,
}

impl std::fmt::Debug for FileRead {
    /// Leaves the content out.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "FileRead({}, {} bytes)", self.name, self.bytes.len())
    }
}

fn place(id: FileId) -> String {
    format!("case-file:{id}")
}

/// Keeps of a sender's name what comes after the last slash, without control characters.
fn tidy_name(typed: &str) -> String {
    let last = typed.rsplit(['/', '\\']).next().unwrap_or_default();
    let clean: String = last.chars().filter(|c| !c.is_control()).take(LONGEST_NAME).collect();
    match clean.trim() {
        "" => "Without a name".to_owned(),
        name => name.to_owned(),
    }
}

/// Refuses a case to which the actor may add no file, before the file is read.
///
/// # Errors
/// [`AppError::NotFound`]; [`AppError::Denied`] for another force, and for a sealed case that they may not open.
pub async fn case_for_files(app: &App, permit: Permit<ManageCases>, case: CaseId) -> Result<(), AppError> {
    let app = app.clone();
    app.clone().store().read(move |tx| crate::case_to_work_on(&app, tx, &permit, case).map(drop)).await
}

/// A file that was checked and sealed, before its transaction: that takes longer than the one writer should be held.
pub struct Prepared {
    file: CaseFile,
    media: Media,
    sealed: Vec<u8>,
}

/// Checks and seals a file for a case.
///
/// # Errors
/// [`AppError::Invalid`] for a file of another kind, an empty one and one that is too large.
pub fn prepare_file(app: &App, case: CaseId, name: &str, bytes: &[u8]) -> Result<Prepared, AppError> {
    let media = checked(bytes)?;
    let id = FileId::from_uuid(app.world().uuid());
    let sealed = app.sealer().seal(app.world(), &place(id), bytes)?;
    let file = CaseFile {
        id,
        case,
        digest: digest_hex(bytes),
        media: media.as_str().to_owned(),
        name: tidy_name(name),
        size: i64::try_from(bytes.len()).unwrap_or(i64::MAX),
        added_at: app.world().now(),
        added_by: String::new(),
        erased: false,
    };
    Ok(Prepared { file, media, sealed })
}

/// Adds a prepared file to its case, for an actor who may. The same content once more changes nothing.
///
/// # Errors
/// [`AppError::Conflict`] where the case has too many, or is closed.
pub fn attach_file(app: &App, tx: &mut Tx<'_>, actor: &Actor, new: Prepared) -> Result<FileId, AppError> {
    let Prepared { file, media, sealed } = new;
    let case = file.case;
    locks::take(tx, Lock::Case(case))?;
    let found = cases::by_id(tx, case)?.ok_or_else(|| AppError::not_found("case", case))?;
    if let Some(same) = case_files::of_case(tx, case)?.into_iter().find(|one| one.digest == file.digest) {
        return Ok(same.id);
    }
    if found.closed.is_some() {
        return Err(AppError::Conflict("the case is closed; open a new one for what is new".into()));
    }
    let sum = case_files::sum(tx, case)?;
    if sum.files >= MOST || sum.bytes.saturating_add(file.size) > MOST_BYTES {
        return Err(AppError::Conflict(format!(
            "a case holds at most {MOST} files and {} MB; keep the rest where evidence is kept, and note where that is",
            MOST_BYTES >> 20
        )));
    }
    let (now, file) = (file.added_at, CaseFile { added_by: actor.name.clone(), ..file });
    case_files::add(tx, &file, sealed)?;
    let says = format!("Attached: {} ({}).", file.name, media.title());
    crate::say(Work { app, tx, now }, case, &actor.shown, &says)?;
    let record = Record::new(&actor.name, "case.file.added", format!("case:{case}"))
        .force(found.force)
        .detail(json!({
            "file": file.id, "name": file.name, "digest": file.digest, "media": file.media, "size": file.size,
        }));
    app.enter(tx, now, record)?;
    Ok(file.id)
}

/// Adds a file to a case at the desk.
///
/// # Errors
/// As [`case_for_files`], [`prepare_file`] and [`attach_file`].
pub async fn add_file(
    app: &App,
    permit: Permit<ManageCases>,
    case: CaseId,
    name: &str,
    bytes: Vec<u8>,
) -> Result<FileId, AppError> {
    let prepared = prepare_file(app, case, name, &bytes)?;
    let app = app.clone();
    app.clone()
        .store()
        .write(move |tx| {
            crate::case_to_work_on(&app, tx, &permit, case)?;
            attach_file(&app, tx, permit.actor(), prepared)
        })
        .await
}

fn checked(bytes: &[u8]) -> Result<Media, AppError> {
    if bytes.is_empty() {
        return Err(AppError::invalid("file", "choose a file"));
    }
    if bytes.len() > LARGEST {
        return Err(AppError::invalid("file", format!("choose a file of at most {} MB", LARGEST >> 20)));
    }
    Media::of(bytes).ok_or_else(|| {
        AppError::invalid(
            "file",
            "choose a JPEG, PNG or HEIC picture, a PDF document or plain text; other files are not taken",
        )
    })
}

/// Lists the files of a case that the caller may read.
///
/// # Errors
/// Only if the database does not answer.
pub fn files_of(tx: &mut Tx<'_>, case: CaseId) -> Result<Vec<FileView>, AppError> {
    case_files::of_case(tx, case)?
        .into_iter()
        .map(|file| {
            let media = Media::read(&file.media);
            Ok(FileView {
                id: file.id,
                name: file.name,
                title: media.map_or("File", Media::title),
                size: file.size,
                digest: file.digest,
                by: who(tx, &file.added_by)?,
                at: file.added_at,
                is_shown: !file.erased && media.is_some_and(Media::is_shown),
                erased: file.erased,
            })
        })
        .collect()
}

/// Erases the content and the names of a case's files. That they were there, their digests and who added them stay.
///
/// # Errors
/// Only if the database does not answer.
pub fn erase_files(tx: &mut Tx<'_>, case: CaseId) -> Result<(), AppError> {
    case_files::erase(tx, case)?;
    Ok(())
}

/// Opens a file of a case: as it was received, or a picture's copy without metadata. The caller has made sure that its reader may read
/// the case.
///
/// # Errors
/// [`AppError::NotFound`] for a file of another case and an erased one; [`AppError::Conflict`] for a copy of what is no picture.
pub fn open_file(
    app: &App,
    tx: &mut Tx<'_>,
    case: CaseId,
    id: FileId,
    shown: bool,
) -> Result<FileRead, AppError> {
    let file = case_files::by_id(tx, id)?.filter(|file| file.case == case && !file.erased);
    let file = file.ok_or_else(|| AppError::not_found("file", id))?;
    let sealed = case_files::body(tx, id)?.ok_or_else(|| AppError::not_found("file", id))?;
    let bytes = app.sealer().open(&place(id), &sealed)?;
    let media = Media::read(&file.media)
        .ok_or_else(|| AppError::Fault(format!("a file was kept as {}, which is not taken", file.media)))?;
    let bytes = match shown {
        true => {
            media::without_metadata(bytes.expose()).map_err(|error| AppError::Conflict(error.to_string()))?
        }
        false => bytes.expose().clone(),
    };
    let name = format!("{}.{}", file.digest.get(..12).unwrap_or_default(), media.ending());
    Ok(FileRead { media: media.as_str(), name, bytes })
}

/// Reads a file of a case that is not sealed to the reader.
///
/// # Errors
/// As [`open_file`]; [`AppError::Denied`] for another force; [`AppError::Conflict`] for a sealed case, whose files are read with a reason.
pub async fn read_file(
    app: &App,
    permit: Permit<SeeCases>,
    case: CaseId,
    file: FileId,
    shown: bool,
) -> Result<FileRead, AppError> {
    let app = app.clone();
    app.clone()
        .store()
        .read(move |tx| {
            let found = cases::by_id(tx, case)?.ok_or_else(|| AppError::not_found("case", case))?;
            permit.reaches(found.force)?;
            crate::readable_case(&app, tx, permit.actor(), case)?;
            open_file(&app, tx, case, file, shown)
        })
        .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_no_path_and_never_empty() {
        assert_eq!(tidy_name("C:\\Users\\ames\\a picture.jpg"), "a picture.jpg");
        assert_eq!(tidy_name("../../etc/passwd"), "passwd");
        assert_eq!(tidy_name(" \u{7}"), "Without a name");
        assert_eq!(tidy_name(&"x".repeat(500)).len(), LONGEST_NAME);
    }

    #[test]
    fn only_what_is_known_by_its_content_is_taken() {
        assert_eq!(checked(b"%PDF-1.7\n").unwrap(), Media::Pdf);
        assert!(checked(b"").unwrap_err().to_string().contains("choose a file"));
        assert!(checked(b"MZ\x90\0").unwrap_err().to_string().contains("not taken"));
        assert!(checked(&vec![b'a'; LARGEST + 1]).unwrap_err().to_string().contains("at most 10 MB"));
    }
}
