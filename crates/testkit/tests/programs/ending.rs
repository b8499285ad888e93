//! How the final check ends: a line for each of its sections and the verdict, word for word, in every
//! language.

use super::recordings::Recorded;

/// The lines behind the sections.
fn ending(place: &Recorded, status: i32, language: &str) -> String {
    let arguments = ["--no-report", "--lang", language];
    let said = place.expect(status, "final-check", &arguments).stdout;
    let (_, ending) = said.rsplit_once("\n\n").expect("sections, and an ending");
    ending.to_owned()
}

#[test]
fn the_whole_way_ends_in_four_lines_and_a_verdict_in_every_language() {
    let Some(place) = Recorded::empty() else {
        return;
    };
    for program in [
        "schema-push",
        "fix-schema",
        "data-migrate",
        "audio-migrate",
        "check-r2",
    ] {
        place.expect(0, program, &[]);
    }
    let root = place.dir.path().join("s3/recordings");
    let sizes = place.stored().into_iter().map(|key| {
        let object = std::fs::metadata(root.join(key));
        object.expect("an object").len()
    });
    let bytes: u64 = sizes.sum();
    for (language, words) in [
        (
            "en",
            format!(
                "\
Tables: 12 of 12 exist
Data: 111 opportunities, 153 conversations, 110 meddic_analyses; 374 of 374 rows equal to V2, 0 documents in quarantine
Audio: 127 of 127 recordings in R2, {bytes} bytes; 28 duplicates recorded
Users: 1, every row has its owner
PASSED: V3 has everything that V2 has.
"
            ),
        ),
        (
            "zh-TW",
            format!(
                "\
資料表：12 個中有 12 個存在
資料：111 opportunities, 153 conversations, 110 meddic_analyses；374 列中有 374 列與 V2 相同，0 份文件被隔離
錄音：127 個中有 127 個在 R2，共 {bytes} 位元組；記錄了 28 個重複
使用者：1 位，每一列都有擁有者
通過：V2 有的，V3 都有。
"
            ),
        ),
        (
            "es",
            format!(
                "\
Tablas: existen 12 de 12
Datos: 111 opportunities, 153 conversations, 110 meddic_analyses; 374 de 374 filas iguales a V2, 0 documentos en cuarentena
Audio: 127 de 127 grabaciones en R2, {bytes} bytes; 28 duplicados anotados
Usuarios: 1, cada fila tiene su dueño
APROBADO: V3 tiene todo lo que tiene V2.
"
            ),
        ),
    ] {
        assert_eq!(ending(&place, 0, language), words);
    }
    // One cell is another.
    place.query("UPDATE conversations SET duration = 1 WHERE id = '202506-IC001'");
    for (language, data, audio, verdict) in [
        (
            "en",
            "373 of 374 rows equal to V2",
            "Audio: 127 of 127 recordings in R2",
            "FAILED: V3 is not yet what V2 says. See the failures above.",
        ),
        (
            "zh-TW",
            "374 列中有 373 列與 V2 相同",
            "錄音：127 個中有 127 個在 R2",
            "未通過：V3 尚未與 V2 一致。請看上面的失敗項目。",
        ),
        (
            "es",
            "373 de 374 filas iguales a V2",
            "Audio: 127 de 127 grabaciones en R2",
            "SUSPENDIDO: V3 todavía no es lo que dice V2. Vea los fallos de arriba.",
        ),
    ] {
        let ending = ending(&place, 4, language);
        let lines: Vec<&str> = ending.lines().collect();
        assert_eq!(lines.len(), 5, "{ending}");
        assert!(lines[1].contains(data), "{ending}");
        assert!(lines[2].starts_with(audio), "{ending}");
        assert_eq!(lines[4], verdict, "{ending}");
    }
}
