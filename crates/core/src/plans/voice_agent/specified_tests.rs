//! What the specification says, written down here a second time and word by word: nothing below is
//! taken from the code that it is held against.

use super::calls::OUTCOMES;
use super::words::{ASSISTANT_TYPES, CAPABILITIES, assistant_type, capabilities, folded};
use super::*;
use crate::instant::Instant;
use crate::plans::in_place::InPlacePlan;
use crate::schema::ddl;

const INBOUND: [&str; 7] = [
    "inbound",
    "incoming",
    "entrante",
    "recibir llamad",
    "contestar",
    "atender",
    "answer",
];

const OUTBOUND: [&str; 8] = [
    "outbound",
    "saliente",
    "llamar a",
    "campana",
    "prospec",
    "call the customer",
    "cold call",
    "follow-up call",
];

/// What an assistant can do, in the order in which it is told, and its words with commas between.
const ABILITIES: [(&str, &str); 11] = [
    ("reservations", "reserv, mesa, table"),
    ("orders", "pedido, orden, order"),
    ("menu_info", "menu, carta, plato, dish"),
    ("promotions", "promo, descuento, oferta, discount"),
    ("appointments", "cita, appointment, consulta"),
    ("services_info", "servicio, tratamiento, service, treatment"),
    ("doctor_info", "doctor, dentista, especialista"),
    ("insurance_info", "seguro, insurance, cobertura"),
    ("business_hours", "horario, abierto, cerrado, hours"),
    ("human_transfer", "transferir, humano, agente, transfer"),
    ("faq", "pregunta, faq, duda, question"),
];

/// Words as people write them: with accents, also taken apart, and in capitals.
const SPELLED: [(&str, &str); 12] = [
    ("CAMPAÑA", "outbound"),
    ("Campan\u{303}a de verano", "outbound"),
    ("PROSPECCIÓN", "outbound"),
    ("Llamar á clientes", "outbound"),
    ("Sálienté", "outbound"),
    ("Llamada Sàliente; Ätender", "hybrid"),
    ("RECIBIR LLAMADAS", "inbound"),
    ("recibir llamad\u{301}as, Outbound", "hybrid"),
    ("¿Contestár o llamar a alguien?", "hybrid"),
    ("Follow-Up Call; ANSWÉR", "hybrid"),
    ("llamar\r\na", "inbound"),
    ("cold  call", "inbound"),
];

fn kind(prompt: &str) -> &'static str {
    assistant_type(&folded(prompt))
}

fn can(prompt: &str) -> Vec<&'static str> {
    capabilities(&folded(prompt))
}

fn words_of(list: &str) -> impl Iterator<Item = &str> {
    list.split(", ")
}

/// Without its last letter, which makes another word of it.
fn shortened(word: &str) -> &str {
    &word[..word.len() - 1]
}

#[test]
fn the_lists_are_those_of_the_specification() {
    assert_eq!(ASSISTANT_TYPES, ["inbound", "outbound", "hybrid"]);
    let known: Vec<(&str, Vec<&str>)> = CAPABILITIES
        .iter()
        .map(|(name, words)| (*name, words.to_vec()))
        .collect();
    let wanted: Vec<(&str, Vec<&str>)> = ABILITIES
        .iter()
        .map(|(name, words)| (*name, words_of(words).collect()))
        .collect();
    assert_eq!(known, wanted);
    assert_eq!(
        OUTCOMES,
        [
            "reservation_created",
            "appointment_created",
            "order_created",
            "transferred_to_human",
            "information_given",
            "failed",
            "customer_hangup",
            "timeout",
            "unknown",
        ]
    );
}

#[test]
fn each_word_is_one_of_its_kind_and_no_letter_shorter() {
    for word in OUTBOUND {
        assert_eq!(kind(word), "outbound", "{word}");
        assert_eq!(kind(shortened(word)), "inbound", "{word}");
    }
    // Without a word it is inbound, too: a word of the other kind tells them apart.
    for word in INBOUND {
        assert_eq!(kind(&format!("saliente; {word}")), "hybrid", "{word}");
        assert_eq!(kind(&format!("{word}\r\nsaliente")), "hybrid", "{word}");
        let short = format!("saliente; {}.", shortened(word));
        assert_eq!(kind(&short), "outbound", "{word}");
    }
    assert_eq!(kind(""), "inbound");
    assert_eq!(kind("nothing of it"), "inbound");
}

#[test]
fn each_word_is_one_of_its_capability_and_no_letter_shorter() {
    for (name, words) in ABILITIES {
        for word in words_of(words) {
            let expected: Vec<&str> = ABILITIES
                .iter()
                .filter(|(_, words)| words_of(words).any(|each| word.contains(each)))
                .map(|(name, _)| *name)
                .collect();
            for prompt in [
                word.to_owned(),
                word.to_uppercase(),
                format!("x{word}x"),
                format!("Uno.\r\n{word}\r\nDos."),
            ] {
                assert_eq!(can(&prompt), expected, "{prompt:?}");
            }
            let short = shortened(word);
            if !words_of(words).any(|each| short.contains(each)) {
                assert!(
                    name == "business_hours" || !can(short).contains(&name),
                    "{short}"
                );
                let beside = format!("faq; mesa; {short}.");
                let told = can(&beside).contains(&name);
                assert_eq!(told, ["faq", "reservations"].contains(&name), "{beside}");
            }
        }
    }
    assert_eq!(can(""), ["business_hours"]);
    assert_eq!(can("nada de eso"), ["business_hours"]);
}

#[test]
fn accents_capitals_and_line_ends_are_as_specified() {
    for (prompt, expected) in SPELLED {
        assert_eq!(kind(prompt), expected, "{prompt:?}");
    }
    assert_eq!(can("MENÚ"), ["menu_info"]);
    assert_eq!(can("mén\u{fc} del día"), ["menu_info"]);
    assert_eq!(can("PROMOCIÓN"), ["promotions"]);
    assert_eq!(can("Réservación"), ["reservations"]);
    assert_eq!(can("TRATAMIÉNTO"), ["services_info"]);
    assert_eq!(can("ore\r\nder, me\r\nsa"), ["business_hours"]);
}

#[test]
fn several_words_stand_beside_each_other_in_the_order_of_the_list() {
    let all: Vec<&str> = ABILITIES.iter().map(|(name, _)| *name).collect();
    let mut words: Vec<&str> = ABILITIES
        .iter()
        .flat_map(|(_, words)| words_of(words))
        .collect();
    assert_eq!(can(&words.join("\r\n")), all);
    words.reverse();
    assert_eq!(can(&words.join(" ")), all);
    for (at, (name, words)) in ABILITIES.iter().enumerate() {
        let without: Vec<&str> = ABILITIES
            .iter()
            .filter(|(other, _)| other != name)
            .flat_map(|(_, words)| words_of(words).take(1))
            .collect();
        let mut expected = all.clone();
        expected.remove(at);
        assert_eq!(can(&without.join("; ")), expected, "{words}");
    }
    for inbound in INBOUND {
        for outbound in OUTBOUND {
            for prompt in [
                format!("{inbound}, {outbound}"),
                format!("{outbound}\r\n{inbound}"),
            ] {
                assert_eq!(kind(&prompt), "hybrid", "{prompt:?}");
            }
        }
    }
}

#[test]
fn every_word_is_found_at_either_end_of_100_kilobytes() {
    let filler = "línea sin nada\r\n".repeat(6_500);
    assert!(filler.len() > 100_000);
    for word in OUTBOUND {
        assert_eq!(kind(&format!("{filler}{word}")), "outbound", "{word}");
        assert_eq!(kind(&format!("{word}\r\n{filler}")), "outbound", "{word}");
    }
    assert_eq!(can(&filler), ["business_hours"]);
    for (name, words) in ABILITIES {
        for word in words_of(words) {
            assert!(can(&format!("{filler}{word}")).contains(&name), "{word}");
        }
    }
}

fn described() -> InPlacePlan {
    let began = Instant::parse_rfc3339("2026-02-03T04:05:06Z", false).expect("an instant");
    describe(&Parameters::new("public", began)).expect("a plan")
}

#[test]
fn its_tables_have_the_columns_types_and_defaults_of_the_specification() {
    let schema = described().schema.schema;
    let lines = |name: &str| -> String {
        let table = schema.table(name).expect("a table");
        let columns = table.columns.iter();
        let lines: Vec<String> = columns
            .map(|column| ddl::column("public", column).replace('"', ""))
            .collect();
        lines.join("\n")
    };
    assert_eq!(lines("tenants"), "");
    assert_eq!(
        lines("voice_agent_configs"),
        "assistant_type text\nvoice_config jsonb\npersonality jsonb\ncapabilities text[]\n\
         schema_version text\nmigrated_at timestamp with time zone\nmigrated_from text"
    );
    assert_eq!(
        lines("voice_agent_calls"),
        "tenant_id text\nconfig_id text\nversion text\nstatus text\nended_reason text\n\
         transcript text\noutcome text\nduration_seconds double precision\n\
         latency_ms double precision\ncreated_at timestamp with time zone"
    );
    assert_eq!(
        lines("voice_agent_metrics"),
        "tenant_id text NOT NULL\ntotal_calls bigint\nsuccessful_calls bigint\nfailed_calls bigint\n\
         avg_duration_seconds double precision\np50_duration_seconds double precision\n\
         p95_duration_seconds double precision\navg_latency_ms double precision\n\
         p50_latency_ms double precision\np95_latency_ms double precision\n\
         p99_latency_ms double precision\noutcomes jsonb\nupdated_at timestamp with time zone"
    );
    let made: Vec<(&str, bool)> = schema
        .tables
        .iter()
        .map(|table| (table.name.as_str(), table.established))
        .collect();
    assert_eq!(
        made,
        [
            ("tenants", true),
            ("voice_agent_configs", true),
            ("voice_agent_calls", true),
            ("voice_agent_metrics", false),
            ("feature_flags", false),
            ("feature_flag_audit", false),
        ]
    );
    let metrics = schema.table("voice_agent_metrics").expect("a table");
    assert_eq!(metrics.primary_key, ["tenant_id"]);
    assert!(schema.enums.is_empty());
}

#[test]
fn its_steps_stand_in_their_order_with_their_defaults() {
    let plan = described();
    let names: Vec<&str> = plan.steps.iter().map(|step| step.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "backup",
            "schema",
            "validate",
            "transform",
            "outcomes",
            "metrics",
            "verify"
        ]
    );
    assert_eq!(plan.batches.rows, 100, "configurations a transaction");
    assert_eq!(plan.batches.sets, 10_000, "calls a transaction");
    let Work::Backup(backup) = &plan.steps[0].work else {
        panic!("a backup comes first");
    };
    assert_eq!(backup.prefix, "migration_backup_");
    assert_eq!(backup.left_out, None);
    let copied: Vec<(&str, &str)> = backup
        .tables
        .iter()
        .map(|table| (table.table.as_str(), table.noun.as_str()))
        .collect();
    assert_eq!(
        copied,
        [
            ("voice_agent_configs", "configs"),
            ("voice_agent_calls", "calls"),
            ("voice_agent_metrics", "metrics"),
        ]
    );
    assert_eq!(DEFAULT_VOICE, "coral");
    assert_eq!(DEFAULT_LANGUAGE, "es-MX");
    assert_eq!(
        [prompt::LOWEST, prompt::HIGHEST].map(f64::to_bits),
        [0.5_f64, 2.0].map(f64::to_bits)
    );
    let next = plan.next.expect("what comes next");
    assert!(next.contains("rollout set 5 "), "{next}");
    let tenancy = plan.tenancy.expect("tenants are moved");
    assert_eq!(
        (tenancy.table.as_str(), tenancy.column.as_str()),
        ("tenants", "tenant_id")
    );
}
