//! A row's digest is the same here and there.

use std::sync::Arc;

use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, TestRunner};
use sqlx::{AssertSqlSafe, Row as _};
use sunset_core::json::{Decimal, Json};
use sunset_core::ports::rows::{OnConflict, RowWriter};
use sunset_core::row::{Cell, CellKind, Row, Shape};
use sunset_targets::postgres::digest_expression;

use super::server::Scratch;
use super::v3::item;

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[\u{1}-\u{20}\"\\\\\u{7f}\u{80}\u{2028}\u{feff}客戶\u{1f600}]{0,12}",
        Just("a".repeat(9_000)),
    ]
    .prop_map(|text| text.replace('\0', ""))
}

fn json() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::Boolean),
        any::<i64>().prop_map(Json::integer),
        any::<f64>().prop_filter_map("finite", |value| Decimal::from_double(value)
            .map(Json::Number)),
        "[+-]?[0-9]{1,60}".prop_filter_map("digits", |digits| {
            Decimal::from_integer_digits(&digits).map(Json::Number)
        }),
        text().prop_map(Json::Text),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Json::Array),
            prop::collection::btree_map(text(), inner, 0..6)
                .prop_map(|map| Json::Object(map.into_iter().collect())),
        ]
    })
}

fn cells() -> impl Strategy<Value = Vec<Cell>> {
    (
        prop::option::of(text()),
        prop::option::of(any::<i32>()),
        prop::option::of(any::<bool>()),
        // The years 1 to 9999.
        prop::option::of(-62_135_596_800_000_000_i64..=253_402_300_799_999_999),
        prop::option::of(json()),
        prop::option::of(json()),
    )
        .prop_map(|(text, integer, boolean, timestamp, one, other)| {
            vec![
                Cell::text(text),
                Cell::integer(integer),
                boolean.map_or(Cell::Null, Cell::Boolean),
                timestamp.map_or(Cell::Null, Cell::Timestamp),
                Cell::json(one),
                Cell::json(other),
            ]
        })
}

#[tokio::test]
async fn postgresql_and_we_agree_on_every_row() {
    let Some(scratch) = Scratch::new().await else {
        return;
    };
    scratch
        .run(
            "CREATE TABLE nasty (id text PRIMARY KEY, \"a\"\"b\" text, n integer, yes boolean, \
             at timestamp, one jsonb, two jsonb)",
        )
        .await;
    let shape = Shape::new(
        "nasty",
        &[
            ("id", CellKind::Text),
            ("a\"b", CellKind::Text),
            ("n", CellKind::Integer),
            ("yes", CellKind::Boolean),
            ("at", CellKind::Timestamp),
            ("one", CellKind::Json),
            ("two", CellKind::Json),
        ],
    );
    let mut runner = TestRunner::new(Config::default());
    let rows: Vec<Row> = (0..3_000)
        .map(|number| {
            let mut row = vec![Cell::Text(format!("r{number}"))];
            row.extend(cells().new_tree(&mut runner).expect("tree").current());
            Row {
                shape: Arc::clone(&shape),
                cells: row,
            }
        })
        .collect();
    let run = scratch.run_of("data-migrate").await;
    let store = run.rows(OnConflict::Keep);
    let items: Vec<_> = rows
        .iter()
        .map(|row| item("nasty", row.id(), vec![row.clone()]))
        .collect();
    for batch in items.chunks(1_000) {
        let outcome = store.load(batch).await.expect("load");
        assert_eq!(outcome.rows["nasty"].inserted, 1_000);
    }
    let mut connection = scratch.connect().await;
    // Settings that change what text looks like must not change the digest.
    sqlx::raw_sql(
        "SET DateStyle = 'German'; SET TimeZone = 'Asia/Taipei'; SET extra_float_digits = 0",
    )
    .execute(&mut connection)
    .await
    .expect("set");
    let statement = format!(
        "SELECT id, {}, jsonb_build_array(t.\"a\"\"b\", t.n, t.yes, t.at, t.one, t.two)::text FROM nasty AS t",
        digest_expression("t", &shape)
    );
    let found = sqlx::query(AssertSqlSafe(statement))
        .fetch_all(&mut connection)
        .await
        .expect("digests");
    assert_eq!(found.len(), rows.len());
    for there in found {
        let id: String = there.get(0);
        let row = rows.iter().find(|row| row.id() == id).expect("row");
        assert_eq!(
            there.get::<Vec<u8>, _>(1),
            row.digest().as_bytes(),
            "{}\nthere: {}",
            row.canonical_text(),
            there.get::<String, _>(2)
        );
    }
    // A second time there is nothing to write.
    let outcome = store.load(&items[..1_000]).await.expect("load");
    assert_eq!(outcome.rows["nasty"].unchanged, 1_000);
}
