//! Everything that a database holds, as lines that can be compared.

use store::{PostgresTls, StoreConfig};

/// What every message may change: when a device was last heard of.
const LEFT_OUT: [&str; 1] = ["last_contact_at"];

/// Every row of every table, but for the time of the last contact.
pub(crate) async fn all_rows(database: &StoreConfig) -> Vec<String> {
    let mut rows = match database {
        StoreConfig::Sqlite { path, .. } => of_sqlite(path),
        StoreConfig::Postgres { url, tls, .. } => {
            assert_eq!(format!("{tls:?}"), format!("{:?}", PostgresTls::default()));
            of_postgres(url.expose()).await
        }
    };
    assert!(rows.len() > 20, "the tables are not read");
    rows.sort();
    rows
}

/// Fails with the rows that came or went.
pub(crate) fn assert_same(before: &[String], after: &[String], when: &str) {
    let news = |some: &[String], others: &[String]| -> Vec<String> {
        some.iter().filter(|row| others.binary_search(row).is_err()).cloned().collect()
    };
    let (came, went) = (news(after, before), news(before, after));
    assert!(came.is_empty() && went.is_empty(), "{when}: came {came:#?}, went {went:#?}");
}

fn of_sqlite(path: &std::path::Path) -> Vec<String> {
    let open = rusqlite::Connection::open(path).unwrap();
    let mut named = open.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").unwrap();
    let tables: Vec<String> = named.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    let mut all = Vec::new();
    for table in tables.iter().filter(|table| !table.starts_with("sqlite_")) {
        let mut read = open.prepare(&format!("SELECT * FROM \"{table}\"")).unwrap();
        let columns: Vec<String> = read.column_names().map(str::to_owned).collect();
        let mut rows = read.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            let values = columns.iter().enumerate().filter(|(_, name)| !LEFT_OUT.contains(&name.as_str()));
            let values: Vec<String> = values
                .map(|(place, name)| {
                    format!("{name}={:?}", row.get::<_, rusqlite::types::Value>(place).unwrap())
                })
                .collect();
            all.push(format!("{table}: {}", values.join(", ")));
        }
    }
    all
}

async fn of_postgres(url: &str) -> Vec<String> {
    let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    let tables = client
        .query("SELECT table_name::text FROM information_schema.tables WHERE table_schema = 'public'", &[])
        .await
        .unwrap();
    let mut all = Vec::new();
    for table in tables {
        let table: String = table.get(0);
        let [left_out] = LEFT_OUT;
        let read = format!("SELECT (to_jsonb(t) - '{left_out}')::text FROM \"{table}\" t");
        for row in client.query(&read, &[]).await.unwrap() {
            all.push(format!("{table}: {}", row.get::<_, String>(0)));
        }
    }
    all
}
