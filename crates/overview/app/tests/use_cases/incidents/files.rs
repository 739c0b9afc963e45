//! Files of cases: what is taken, who reads it, and what a sealed case asks for.

use cases_app::files::{add_file, read_file};
use incidents_app::attach_own;
use kernel::AppError;
use kernel::access::{Role, permit, permit_within};
use kernel::testing::{Bench, on_bench, on_both};
use overview_app::sensitive::read_sealed_file;

use super::{lost, read};
use crate::losses::force::{actor, actor_of, entries, phone, with_role};

/// A picture that says where it was taken.
fn picture() -> Vec<u8> {
    let chunk = |kind: &[u8; 4], body: &[u8]| {
        let length = u32::try_from(body.len()).unwrap().to_be_bytes();
        [&length[..], kind, body, b"CRC!"].concat()
    };
    [
        b"\x89PNG\r\n\x1a\n".to_vec(),
        chunk(b"IHDR", b"size"),
        chunk(b"eXIf", b"GPS 52.63 N"),
        chunk(b"IEND", b""),
    ]
    .concat()
}

#[test]
fn a_file_is_kept_as_it_came_and_shown_without_where_it_was_taken() {
    on_both(|Bench { app, person, .. }| async move {
        let device = phone(&app, "F4GXQ2ABCD", Some(person)).await;
        let row = lost(&app, person, device).await;
        let desk = with_role(&app, "9004", Role::ServiceDeskAnalyst, true).await;
        let away = actor_of(&app, desk, Role::ServiceDeskAnalyst, domain::samples::SUFFOLK);
        let desk = actor(&app, desk, Role::ServiceDeskAnalyst);
        let add = |bytes| add_file(&app, permit(&desk).unwrap(), row.case, "../bag.png", bytes);
        for (bytes, why) in [(Vec::new(), "choose a file"), (b"MZ\x90\0".to_vec(), "not taken")] {
            assert!(add(bytes).await.unwrap_err().to_string().contains(why));
        }
        let file = add(picture()).await.unwrap();
        assert_eq!(add(picture()).await.unwrap(), file, "the same content is one file");
        assert_eq!(entries(&app, "case.file.added").await, 1);
        let get = |shown| read_file(&app, permit(&desk).unwrap(), row.case, file, shown);
        let received = get(false).await.unwrap();
        assert_eq!((received.media, received.bytes), ("image/png", picture()));
        assert!(!get(true).await.unwrap().bytes.windows(3).any(|word| word == b"GPS"));
        let refused = read_file(&app, permit(&away).unwrap(), row.case, file, false).await;
        assert!(matches!(refused, Err(AppError::Denied(_))), "the wall between forces");

        // The reporter attaches to their own form, and to nobody else's.
        let me = actor(&app, person, Role::Holder);
        attach_own(&app, permit(&me).unwrap(), row.id, "note.txt", b"a note".to_vec()).await.unwrap();
        let other = with_role(&app, "9003", Role::Holder, true).await;
        let other = actor(&app, other, Role::Holder);
        let theirs = attach_own(&app, permit(&other).unwrap(), row.id, "x.txt", b"x".to_vec()).await;
        assert!(matches!(theirs, Err(AppError::NotFound { .. })));
        let seen = read(&app, &desk, row.id).await.unwrap();
        let names: Vec<&str> = seen.files.iter().map(|file| file.name.as_str()).collect();
        assert_eq!(names, ["bag.png", "note.txt"]);
        assert!(get(true).await.is_ok() && seen.files[1].by == "PC Ames");
    });
}

#[test]
fn each_read_of_a_sealed_cases_file_has_a_reason_and_an_entry() {
    on_bench(|Bench { app, person, .. }| async move {
        let device = phone(&app, "F4GXQ2ABCD", Some(person)).await;
        let row = lost(&app, person, device).await;
        let security = with_role(&app, "9005", Role::InformationSecurity, true).await;
        let security = actor(&app, security, Role::InformationSecurity);
        let sealed =
            incidents_app::refer(&app, permit(&security).unwrap(), row.id, "a pattern").await.unwrap();
        let refused = add_file(&app, permit(&security).unwrap(), sealed, "a.png", picture()).await;
        assert!(matches!(refused, Err(AppError::Denied(_))), "nobody works on a case that they may not read");
        let fiso = with_role(&app, "9007", Role::Fiso, true).await;
        let fiso = actor(&app, fiso, Role::Fiso);
        let file = add_file(&app, permit(&fiso).unwrap(), sealed, "a.png", picture()).await.unwrap();
        let bare = read_file(&app, permit(&fiso).unwrap(), sealed, file, false).await;
        assert!(bare.unwrap_err().to_string().contains("sealed"), "not without a reason");
        let with = |reason: &'static str| {
            read_sealed_file(&app, permit_within(&fiso).unwrap(), sealed, file, reason)
        };
        assert!(matches!(with(" ").await, Err(AppError::Invalid { field: "reason", .. })));
        assert_eq!(with("to decide on it").await.unwrap().bytes, picture());
        assert_eq!(with("to decide on it").await.unwrap().bytes, picture());
        assert_eq!(entries(&app, "case.file.read").await, 2, "each one");
        let desk = with_role(&app, "9004", Role::ServiceDeskAnalyst, true).await;
        let desk = actor(&app, desk, Role::ServiceDeskAnalyst);
        let hidden = read_file(&app, permit(&desk).unwrap(), sealed, file, false).await;
        assert!(matches!(hidden, Err(AppError::NotFound { .. })), "for the desk there is no such case");
    });
}
