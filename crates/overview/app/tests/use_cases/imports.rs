//! Files that systems of the field write, as far as the register. How they are taken apart is the crate `tables`' to test.

use custody_app::register::import::Devices;
use kernel::AppError;
use kernel::access::{Actor, permit};
use kernel::imports::{Answers, Apply, Choices, ImportRead, Kind, NewFile, look, preview, start, take};
use kernel::testing::{Bench, on_bench};
use people_app::import::People;

fn file(text: &str) -> NewFile {
    let (name, bytes) = ("file.csv".into(), text.as_bytes().to_vec());
    NewFile { name, force: Some(domain::samples::NORFOLK), bytes, ..NewFile::default() }
}

async fn looked<K: Kind>(bench: &Bench, text: &str) -> Result<ImportRead<K>, AppError> {
    look(&bench.app, permit(&Actor::system()).unwrap(), &file(text), Choices::default()).await
}

async fn wait(bench: &Bench) -> i64 {
    let count = bench.app.store().read(store::imports::waiting).await;
    count.unwrap()
}

fn wrong<K: Kind>(read: &ImportRead<K>) -> Vec<(usize, &str)> {
    read.plan.wrong.iter().map(|wrong| (wrong.row, wrong.why.as_str())).collect()
}

#[test]
fn an_opening_quote_that_is_never_closed_loses_nobody() {
    on_bench(|bench| async move {
        let people =
            "number,name,role\n3101,Fell Ann,Constable\n3102,\"Gage Tom,Constable\n3103,Holt Sam,Sergeant\n";
        let devices = "Asset Tag,Category,Manufacturer,Serial,Notes\nNC-4101,Laptops,Dell,FIELD04101,ok\n\
                       NC-4102,Laptops,Dell,FIELD04102,\"lid cracked\nNC-4103,Laptops,Dell,FIELD04103,ok\n";
        for error in [
            looked::<People>(&bench, people).await.err().unwrap(),
            looked::<Devices>(&bench, devices).await.err().unwrap(),
        ] {
            assert!(error.to_string().contains("opens in line 3 is never closed"), "{error}");
        }
    });
}

#[test]
fn a_comma_without_quotes_makes_its_row_wrong_and_shifts_no_cell() {
    on_bench(|bench| async move {
        let rows =
            "number,name,role,unit\n3111,Fell, Ann,Constable,Response\n3112,Gage Tom,Constable,Response\n";
        let read = looked::<People>(&bench, rows).await.unwrap();
        assert_eq!(read.plan.items.iter().map(|item| item.name.as_str()).collect::<Vec<_>>(), ["Gage Tom"]);
        let [(2, why)] = wrong(&read)[..] else { panic!("{:?}", wrong(&read)) };
        assert!(why.contains("5 cells and there are 4 headings"), "{why}");
    });
}

#[test]
fn days_are_read_alike_in_files_of_people_and_of_devices() {
    on_bench(|bench| async move {
        for (written, day) in [
            ("14/03/2025", Some("2025-03-14")),
            ("3/4/2025", Some("2025-04-03")),
            ("\"Fri Mar 14, 2025\"", Some("2025-03-14")),
            ("2025-03-14 00:00:00", Some("2025-03-14")),
            ("3/14/2025", None),
            ("14/03/25", None),
        ] {
            let people = format!("number,name,role,first day\n3121,Fell Ann,Constable,{written}\n");
            let people = looked::<People>(&bench, &people).await.unwrap();
            let read = people.plan.items.first().map(|item| People::fingerprint(&item.entry));
            // The first working day is the seventh of what a fingerprint covers.
            assert_eq!(read.as_ref().and_then(|read| read[6].as_str()), day, "{written}");
            let devices =
                format!("Category,Manufacturer,Serial,Purchase Date\nLaptops,Dell,FIELD04201,{written}\n");
            let devices = looked::<Devices>(&bench, &devices).await.unwrap();
            assert_eq!(
                (devices.plan.items.len(), wrong(&devices).len()),
                if day.is_some() { (1, 0) } else { (0, 1) }
            );
            for why in [wrong(&people), wrong(&devices)].concat() {
                assert!(why.1.contains("month first") || why.1.contains("all four"), "{why:?}");
            }
        }
    });
}

#[test]
fn an_export_of_an_asset_system_is_read_row_by_row_and_what_is_open_is_asked() {
    on_bench(|bench| async move {
        let rows = "\"Asset Tag\",\"Model\",\"Category\",\"Manufacturer\",\"Serial\",\"Status\",\"Purchase Date\",\"Notes\"\r\n\
            \"NC-4301\",\"iPhone 15\",\"Mobile Phones\",\"Apple\",\"FIELD04301\",\"Deployed\",\"Fri Mar 14, 2025\",\"\"\r\n\
            \"NC-4302\",\"Latitude\",\"Laptops\",\"Dell\",\"FIELD04302\",\"Archived\",\"2025-03-14 00:00:00\",\"line one\nline two\"\r\n\
            \"NC-4303\",\"iPhone 12 (simulated)\",\"Phones &amp; SIM\",\"Apple\",\"FIELD04303\",\"\",\"\",\"\"\r\n\
            \"NC-4304\",\"Case study desktop\",\"Desktop with keyboard\",\"Dell\",\"FIELD04304\",\"\",\"\",\"\"\r\n\
            \"NC-4305\",\"Surface\",\"2-in-1s\",\"Microsoft\",\"FIELD04305\",\"\",\"\",\"\"\r\n";
        let read = looked::<Devices>(&bench, rows).await.unwrap();
        let kinds: Vec<_> = read.plan.items.iter().map(|item| (item.row, item.name.as_str())).collect();
        assert_eq!(
            kinds,
            [(2, "iPhone"), (3, "Windows computer"), (6, "Windows computer")],
            "{:?}",
            wrong(&read)
        );
        let asked: Vec<_> = read.plan.asks.iter().map(|ask| (ask.key.as_str(), ask.places())).collect();
        assert_eq!(asked, [("Phones &amp; SIM", "5".to_owned()), ("2-in-1s", "7".to_owned())]);

        let choices = || Choices::<Devices> {
            answers: Answers::from([("2-in-1s".to_owned(), "windows-pc".to_owned())]),
            ..Choices::default()
        };
        let file = file(rows);
        let read = look(&bench.app, permit(&Actor::system()).unwrap(), &file, choices()).await.unwrap();
        assert_eq!((read.plan.items.len(), read.plan.asked()), (4, 1));
        let how = |all_or_nothing| Apply { digest: read.plan.digest.clone(), all_or_nothing };
        let by = || permit(&Actor::system()).unwrap();
        let all = take(&bench.app, by(), &file, choices(), how(true)).await.unwrap_err().to_string();
        assert!(all.contains("1 rows wait for an answer"), "{all}");
        let done = take(&bench.app, by(), &file, choices(), how(false)).await.unwrap();
        assert_eq!((done.added, done.left_out, done.unanswered), (4, 0, 1));
        let again = take(&bench.app, by(), &file, choices(), how(false)).await.unwrap_err().to_string();
        assert!(again.contains("changed since this preview"), "{again}");
        assert_eq!(wait(&bench).await, 0);
    });
}

#[test]
fn a_look_keeps_nothing_and_on_the_pages_the_oldest_of_ten_goes() {
    on_bench(|bench| async move {
        let rows = "number,name,role\n3199,Good Row,Constable\n";
        for _ in 0..11 {
            looked::<People>(&bench, rows).await.unwrap();
        }
        assert_eq!(wait(&bench).await, 0);
        let by = Actor::system();
        let mut given = Vec::new();
        for _ in 0..12 {
            bench.world.clock.advance(domain::Span::from_secs(1));
            given.push(start::<People>(&bench.app, permit(&by).unwrap(), file(rows)).await.unwrap());
        }
        assert_eq!(wait(&bench).await, 10);
        for (place, id) in given.into_iter().enumerate() {
            let there = preview::<People>(&bench.app, permit(&by).unwrap(), id).await.is_ok();
            assert_eq!(there, place >= 2, "{place}");
        }
    });
}
