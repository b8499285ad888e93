//! Conversations with recordings that a run removed, or wrote anew, and that come back.

use super::Recorded;

const ROWS: &str = "SELECT md5(string_agg(line, '|' ORDER BY line)) FROM (\
    SELECT c::text AS line FROM conversations AS c UNION ALL \
    SELECT o::text FROM opportunities AS o UNION ALL \
    SELECT m::text FROM meddic_analyses AS m) AS lines";

const LINKS: &str = "SELECT md5(string_agg(concat_ws(' ', table_name, row_id, column_name, mapped, linked, run_id), '|' \
    ORDER BY row_id)) FROM sunset.linked_cells";

/// The id of a case whose conversation is linked to its recording, and the line it stands in.
fn linked_case(place: &Recorded, text: &str) -> (String, String) {
    let id = place.text(
        "SELECT min(p.document_id) FROM sunset.provenance AS p JOIN sunset.linked_cells AS l \
         USING (table_name, row_id) WHERE p.collection = 'cases'",
    );
    let name = format!("/cases/{id}\"");
    let line = text.lines().find(|line| line.contains(&name));
    (id, line.expect("the case").to_owned())
}

#[test]
fn a_pruned_conversation_comes_back_with_its_recording() {
    let Some(place) = Recorded::with_rows() else {
        return;
    };
    place.expect(0, "audio-migrate", &[]);
    let cases = place.v2("cases.ndjson");
    let whole = std::fs::read_to_string(&cases).expect("read");
    let (id, line) = linked_case(&place, &whole);
    let (rows, links) = (place.text(ROWS), place.text(LINKS));
    let without = whole.replace(&format!("{line}\n"), "");
    std::fs::write(&cases, &without).expect("written");
    let prune = ["--prune", "--json"];
    let pruned = place.expect(0, "data-migrate", &prune).json();
    assert!(pruned["gone"]["pruned"].as_u64() >= Some(1), "{pruned:#}");
    let left = format!("SELECT count(*) FROM sunset.linked_cells WHERE row_id = '{id}'");
    assert_eq!(place.text(&left), "0");
    // Nothing but removals: the tables' digests of before were taken all the same.
    let run = pruned["run"].as_i64().expect("a run").to_string();
    let outcome = place.expect(0, "rollback", &["--run", &run, "--yes"]);
    assert_eq!((place.text(ROWS), place.text(LINKS)), (rows.clone(), links));
    let told = &outcome.stdout;
    assert!(
        told.contains(&format!("Verified: as before run {run}, to the digest: "))
            && !told.contains("Not compared"),
        "{told}"
    );
    // Forward again: no row is written, nothing is sent, and the check, which compares audio_url
    // with what was linked, finds everything as V2 says.
    std::fs::write(&cases, &whole).expect("written");
    place.expect(0, "data-migrate", &[]);
    assert_eq!(place.text(ROWS), rows);
    place.expect(0, "final-check", &["--no-report"]);
    let again = place.expect(0, "audio-migrate", &["--json"]).json();
    assert_eq!(again["report"]["copied"]["objects"], 0, "{again:#}");
    assert_eq!(place.text(ROWS), rows);
    // And gone once more.
    std::fs::write(&cases, &without).expect("written");
    let again = place.expect(0, "data-migrate", &prune).json();
    assert_eq!(again["gone"]["pruned"], pruned["gone"]["pruned"]);
    assert_eq!(place.text(&left), "0");
}

#[test]
fn a_conversation_whose_recording_became_another_names_the_first_one_again() {
    let Some(place) = Recorded::with_rows() else {
        return;
    };
    place.expect(0, "audio-migrate", &[]);
    let cases = place.v2("cases.ndjson");
    let whole = std::fs::read_to_string(&cases).expect("read");
    let (id, line) = linked_case(&place, &whole);
    let url = format!("SELECT audio_url FROM conversations WHERE id = '{id}'");
    let link = format!(
        "SELECT concat_ws(' ', mapped, linked) FROM sunset.linked_cells WHERE row_id = '{id}'"
    );
    let before = (place.text(&url), place.text(&link));
    // V2 names another object of the same bucket, one of another format.
    let mapped = before.1.split(' ').next().expect("a URI").to_owned();
    assert!(line.contains(&mapped), "{line}");
    let other = place.text(&format!(
        "SELECT min(source_uri) FROM sunset.objects WHERE role = 'recording' AND state = 'copied' \
         AND substring(source_uri FROM '[^.]*$') <> substring('{mapped}' FROM '[^.]*$')"
    ));
    std::fs::write(&cases, whole.replace(&mapped, &other)).expect("written");
    let changed = place.expect(0, "data-migrate", &["--json"]).json();
    assert_eq!(place.text(&url), other);
    place.expect(0, "audio-migrate", &[]);
    assert_ne!((place.text(&url), place.text(&link)), before);
    let run = changed["run"].as_i64().expect("a run").to_string();
    place.expect(0, "rollback", &["--run", &run, "--yes"]);
    assert_eq!((place.text(&url), place.text(&link)), before);
}
