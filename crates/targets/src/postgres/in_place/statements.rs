//! The statements of set-based changes, put together of a plan's expressions and quoted names.

use sunset_core::plans::in_place::{Considered, Merge, Noted, SetUpdate, TableFacts};
use sunset_core::ports::in_place::{Locked, Portion};
use sunset_core::schema::name::{qualified, quote_identifier, quote_literal};

/// The table of some facts, quoted.
pub(super) fn relation(facts: &TableFacts) -> String {
    qualified(&facts.namespace, &facts.table)
}

/// What a look reads: the table, where columns that are yet to come are NULL.
pub(super) fn source(facts: &TableFacts) -> String {
    if facts.to_come.is_empty() {
        return relation(facts);
    }
    let nulls: Vec<String> = facts
        .to_come
        .iter()
        .map(|column| {
            format!(
                "NULL::{} AS {}",
                facts.type_of(column),
                quote_identifier(column)
            )
        })
        .collect();
    let nulls = nulls.join(", ");
    if facts.is_to_come {
        format!("(SELECT {nulls} WHERE false)")
    } else {
        format!(
            "(SELECT found.*, {nulls} FROM {} AS found)",
            relation(facts)
        )
    }
}

/// `t."key"`
pub(super) fn key(facts: &TableFacts) -> String {
    format!("t.{}", quote_identifier(&facts.key))
}

/// An object of the values that are not NULL: `(name, expression)`.
pub(super) fn image<N: AsRef<str>, E: AsRef<str>>(cells: &[(N, E)]) -> String {
    let parts: Vec<String> = cells
        .iter()
        .map(|(name, value)| {
            let (name, value) = (quote_literal(name.as_ref()), value.as_ref());
            format!(
                "CASE WHEN {value} IS NULL THEN '{{}}'::jsonb ELSE jsonb_build_object({name}::text, {value}) END"
            )
        })
        .collect();
    if parts.is_empty() {
        "'{}'::jsonb".to_owned()
    } else {
        format!("({})", parts.join(" || "))
    }
}

/// `ARRAY['a', 'b']::text[]`
pub(super) fn names<S: AsRef<str>>(columns: &[S]) -> String {
    let list: Vec<String> = columns
        .iter()
        .map(|column| quote_literal(column.as_ref()))
        .collect();
    format!("ARRAY[{}]::text[]", list.join(", "))
}

/// Conditions that say which rows are considered, without those that a person decided about.
pub(super) fn considered(facts: &TableFacts, rows: &Considered) -> Vec<String> {
    let mut conditions: Vec<String> = rows
        .condition
        .iter()
        .map(|condition| format!("({condition})"))
        .collect();
    conditions.extend(
        facts
            .unless_true
            .iter()
            .map(|mark| format!("t.{} IS NOT TRUE", quote_identifier(mark))),
    );
    conditions
}

/// The source of a set-based change: each row as `t`, its new values as `v.n0`, `v.n1`, … `OFFSET`
/// keeps the server from reckoning them once to compare and once more to write.
fn valued(facts: &TableFacts, update: &SetUpdate) -> String {
    let values: Vec<String> = update
        .set
        .iter()
        .enumerate()
        .map(|(at, set)| format!("({})::{} AS n{at}", set.value, facts.type_of(&set.column)))
        .collect();
    format!(
        "{} AS t CROSS JOIN LATERAL (SELECT {} OFFSET 0) AS v",
        source(facts),
        values.join(", ")
    )
}

fn differs(update: &SetUpdate) -> String {
    let parts: Vec<String> = update
        .set
        .iter()
        .enumerate()
        .map(|(at, set)| {
            format!(
                "t.{} IS DISTINCT FROM v.n{at}",
                quote_identifier(&set.column)
            )
        })
        .collect();
    format!("({})", parts.join(" OR "))
}

/// Rows that would be written, by their new value.
pub(super) fn would_set(facts: &TableFacts, update: &SetUpdate) -> String {
    let mut conditions = considered(facts, &update.rows);
    conditions.push(differs(update));
    format!(
        "SELECT coalesce(v.n0::text, '') AS value, count(*) AS rows FROM {} WHERE {} GROUP BY 1",
        valued(facts, update),
        conditions.join(" AND ")
    )
}

/// Rows that would be written, as `item`: the key, and the columns that hold something else.
pub(super) fn to_set(facts: &TableFacts, update: &SetUpdate) -> String {
    let mut conditions = considered(facts, &update.rows);
    conditions.push(differs(update));
    let columns: Vec<String> = update
        .set
        .iter()
        .enumerate()
        .map(|(at, set)| {
            format!(
                "CASE WHEN t.{} IS DISTINCT FROM v.n{at} THEN {} END",
                quote_identifier(&set.column),
                quote_literal(&set.column)
            )
        })
        .collect();
    format!(
        "SELECT {}::text || ': ' || concat_ws(', ', {}) AS item FROM {} WHERE {}",
        key(facts),
        columns.join(", "),
        valued(facts, update),
        conditions.join(" AND ")
    )
}

/// How many rows are considered.
pub(super) fn count_considered(facts: &TableFacts, rows: &Considered) -> String {
    let mut conditions = considered(facts, rows);
    conditions.push("true".to_owned());
    format!(
        "SELECT count(*) FROM {} AS t WHERE {}",
        source(facts),
        conditions.join(" AND ")
    )
}

/// How many rows a person decided about.
pub(super) fn left_alone(facts: &TableFacts, update: &SetUpdate) -> String {
    let marks: Vec<String> = facts
        .unless_true
        .iter()
        .map(|mark| format!("t.{}", quote_identifier(mark)))
        .collect();
    let mut conditions: Vec<String> = update
        .rows
        .condition
        .iter()
        .map(|condition| format!("({condition})"))
        .collect();
    conditions.push(format!("({})", marks.join(" OR ")));
    format!(
        "SELECT count(*) FROM {} AS t WHERE {}",
        source(facts),
        conditions.join(" AND ")
    )
}

/// Rows that deserve a word, as `item`.
pub(super) fn noted(facts: &TableFacts, noted: &Noted) -> String {
    format!(
        "SELECT {}::text || ': ' || coalesce(t.{}::text, 'NULL') AS item FROM {} AS t WHERE {}",
        key(facts),
        quote_identifier(&noted.column),
        source(facts),
        noted.condition
    )
}

/// Records the same; `$n` and `$n+1` behind the plan's values are the code and the run.
pub(super) fn record_noted(facts: &TableFacts, update: &SetUpdate, noted: &Noted) -> String {
    let next = update.binds.len() + 1;
    format!(
        "INSERT INTO sunset.warnings (collection, document_id, ordinal, code, path, raw, run) \
         SELECT {table}, {key}::text, 0, ${next}, {path}, coalesce(t.{column}::text, 'NULL'), ${run} \
           FROM {relation} AS t WHERE {condition} ON CONFLICT DO NOTHING",
        table = quote_literal(&facts.table),
        key = key(facts),
        path = quote_literal(&noted.column),
        column = quote_identifier(&noted.column),
        run = next + 1,
        relation = relation(facts),
        condition = noted.condition,
    )
}

/// Picks, writes and books a batch; gives `value` and `rows`. `$n` and `$n+1` behind the plan's
/// values are the run and the step.
///
/// The rows are found again by where they stand: one that somebody moved between the two looks is
/// not touched, and found by a later batch.
pub(super) fn set(facts: &TableFacts, update: &SetUpdate, portion: Portion) -> String {
    let columns: Vec<&str> = update.set.iter().map(|set| set.column.as_str()).collect();
    let mut conditions = considered(facts, &update.rows);
    conditions.push(differs(update));
    if let Some((from, to)) = portion.part {
        conditions.push(format!(
            "t.ctid >= '({from},0)'::tid AND t.ctid < '({to},0)'::tid"
        ));
    }
    let before: Vec<String> = columns
        .iter()
        .enumerate()
        .map(|(at, column)| format!("t.{} AS b{at}", quote_identifier(column)))
        .collect();
    let after: Vec<String> = (0..columns.len()).map(|at| format!("v.n{at}")).collect();
    let assigned: Vec<String> = columns
        .iter()
        .enumerate()
        .map(|(at, column)| format!("{} = p.n{at}", quote_identifier(column)))
        .collect();
    let carried: Vec<String> = (0..columns.len())
        .flat_map(|at| [format!("b{at}"), format!("n{at}")])
        .collect();
    let cells = |letter: char| -> Vec<(&str, String)> {
        columns
            .iter()
            .enumerate()
            .map(|(at, column)| (*column, format!("{letter}{at}")))
            .collect()
    };
    let next = update.binds.len() + 1;
    format!(
        "WITH picked AS MATERIALIZED (\n\
         SELECT t.tableoid AS oid, t.ctid AS tid, {before}, {after} FROM {valued} WHERE {conditions} LIMIT {limit}{skip}\n\
         ), changed AS (\n\
         UPDATE {relation} AS t SET {assigned} FROM picked AS p WHERE t.ctid = p.tid AND t.tableoid = p.oid\n\
         RETURNING {key}::text AS key, {carried_p}\n\
         ), booked AS (\n\
         INSERT INTO sunset.changes (run, step, namespace, table_name, key_column, columns, keys, before, after)\n\
         SELECT ${next}, ${step}, {namespace}, {table}, {key_column}, {names}, array_agg(key), {before_image}, {after_image}\n\
         FROM changed GROUP BY {carried}\n\
         RETURNING cardinality(keys) AS rows, after\n\
         )\n\
         SELECT coalesce(after ->> {first}, '') AS value, sum(rows)::bigint AS rows FROM booked GROUP BY 1",
        before = before.join(", "),
        after = after.join(", "),
        valued = valued(facts, update),
        conditions = conditions.join(" AND "),
        limit = portion.rows,
        skip = match portion.locked {
            Locked::Wait => "",
            Locked::Skip => " FOR NO KEY UPDATE OF t SKIP LOCKED",
        },
        relation = relation(facts),
        assigned = assigned.join(", "),
        key = key(facts),
        // What a trigger made of a value is what was set.
        carried_p = columns
            .iter()
            .enumerate()
            .map(|(at, column)| format!("p.b{at}, t.{} AS n{at}", quote_identifier(column)))
            .collect::<Vec<_>>()
            .join(", "),
        step = next + 1,
        namespace = quote_literal(&facts.namespace),
        table = quote_literal(&facts.table),
        key_column = quote_literal(&facts.key),
        names = names(&columns),
        before_image = image(&cells('b')),
        after_image = image(&cells('n')),
        carried = carried.join(", "),
        first = quote_literal(columns.first().copied().unwrap_or_default()),
    )
}

/// Rows that a query would insert or change, as `rows` and `inserted`.
pub(super) fn would_merge(facts: &TableFacts, merge: &Merge) -> String {
    format!(
        "WITH given AS MATERIALIZED ({query}) \
         SELECT count(*) AS rows, count(*) FILTER (WHERE t.{key} IS NULL) AS inserted \
           FROM given AS g LEFT JOIN {relation} AS t ON t.{key} = g.{key}::{key_type} \
          WHERE t.{key} IS NULL OR {differs}",
        query = merge.query.sql,
        key = quote_identifier(&facts.key),
        key_type = facts.key_type,
        relation = source(facts),
        differs = merge_differs(facts, merge, "t"),
    )
}

fn merge_differs(facts: &TableFacts, merge: &Merge, alias: &str) -> String {
    let parts: Vec<String> = merge
        .columns
        .iter()
        .map(|column| {
            let name = quote_identifier(column);
            format!(
                "{alias}.{name} IS DISTINCT FROM g.{name}::{}",
                facts.type_of(column)
            )
        })
        .collect();
    format!("({})", parts.join(" OR "))
}

/// Inserts, changes and books what a query gives; gives `rows` and `inserted`.
pub(super) fn merge(facts: &TableFacts, merge: &Merge) -> String {
    let all: Vec<&str> = merge
        .columns
        .iter()
        .chain(&merge.along)
        .map(String::as_str)
        .collect();
    let quoted: Vec<String> = all.iter().map(|column| quote_identifier(column)).collect();
    let given: Vec<String> = all
        .iter()
        .zip(&quoted)
        .map(|(column, name)| format!("g.{name}::{}", facts.type_of(column)))
        .collect();
    let assigned: Vec<String> = quoted
        .iter()
        .zip(&given)
        .map(|(name, value)| format!("{name} = {value}"))
        .collect();
    let cells = |alias: &str| -> Vec<(&str, String)> {
        all.iter()
            .zip(&quoted)
            .map(|(column, name)| (*column, format!("{alias}.{name}")))
            .collect()
    };
    let next = merge.query.binds.len() + 1;
    format!(
        "WITH given AS MATERIALIZED ({query}\n), updated AS (\n\
         UPDATE {relation} AS t SET {assigned} FROM given AS g, {relation} AS o\n\
         WHERE o.{key} = g.{key}::{key_type} AND t.{key} = o.{key} AND {differs}\n\
         RETURNING t.{key}::text AS key, {before} AS before, {after} AS after\n\
         ), inserted AS (\n\
         INSERT INTO {relation} AS t ({key}, {columns})\n\
         SELECT g.{key}::{key_type}, {given} FROM given AS g\n\
         WHERE NOT EXISTS (SELECT 1 FROM {relation} AS o WHERE o.{key} = g.{key}::{key_type})\n\
         RETURNING t.{key}::text AS key, NULL::jsonb AS before, {after} AS after\n\
         ), booked AS (\n\
         INSERT INTO sunset.changes (run, step, namespace, table_name, key_column, columns, keys, before, after)\n\
         SELECT ${next}, ${step}, {namespace}, {table}, {key_column}, {names}, array_agg(key), before, after\n\
         FROM (SELECT * FROM updated UNION ALL SELECT * FROM inserted) AS both_kinds GROUP BY before, after\n\
         RETURNING cardinality(keys) AS rows, before\n\
         )\n\
         SELECT coalesce(sum(rows), 0)::bigint AS rows, \
         coalesce(sum(rows) FILTER (WHERE before IS NULL), 0)::bigint AS inserted FROM booked",
        query = merge.query.sql,
        relation = relation(facts),
        assigned = assigned.join(", "),
        key = quote_identifier(&facts.key),
        key_type = facts.key_type,
        differs = merge_differs(facts, merge, "o"),
        before = image(&cells("o")),
        after = image(&cells("t")),
        columns = quoted.join(", "),
        given = given.join(", "),
        step = next + 1,
        namespace = quote_literal(&facts.namespace),
        table = quote_literal(&facts.table),
        key_column = quote_literal(&facts.key),
        names = names(&all),
    )
}
