//! Words of a prompt: what they are looked up in, and what they say.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// In lower case, accents removed: `Menú de ESPAÑA` is `menu de espana`.
pub fn folded(text: &str) -> String {
    text.to_lowercase()
        .nfd()
        .filter(|letter| !is_combining_mark(*letter))
        .collect()
}

/// Words of somebody who calls the assistant.
const INBOUND: [&str; 7] = [
    "inbound",
    "incoming",
    "entrante",
    "recibir llamad",
    "contestar",
    "atender",
    "answer",
];

/// Words of somebody whom the assistant calls.
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

/// What an assistant can be.
pub const ASSISTANT_TYPES: [&str; 3] = ["inbound", "outbound", "hybrid"];

/// What an assistant can do, in their order, each with the words that say so.
pub const CAPABILITIES: [(&str, &[&str]); 11] = [
    ("reservations", &["reserv", "mesa", "table"]),
    ("orders", &["pedido", "orden", "order"]),
    ("menu_info", &["menu", "carta", "plato", "dish"]),
    ("promotions", &["promo", "descuento", "oferta", "discount"]),
    ("appointments", &["cita", "appointment", "consulta"]),
    (
        "services_info",
        &["servicio", "tratamiento", "service", "treatment"],
    ),
    ("doctor_info", &["doctor", "dentista", "especialista"]),
    ("insurance_info", &["seguro", "insurance", "cobertura"]),
    (
        "business_hours",
        &["horario", "abierto", "cerrado", "hours"],
    ),
    (
        "human_transfer",
        &["transferir", "humano", "agente", "transfer"],
    ),
    ("faq", &["pregunta", "faq", "duda", "question"]),
];

/// The one of somebody about whom nothing else is known.
const LEAST: &str = "business_hours";

fn occurs(prompt: &str, words: &[&str]) -> bool {
    words.iter().any(|word| prompt.contains(word))
}

/// Which kind of assistant a folded prompt describes.
pub fn assistant_type(prompt: &str) -> &'static str {
    match (occurs(prompt, &INBOUND), occurs(prompt, &OUTBOUND)) {
        (true, true) => "hybrid",
        (false, true) => "outbound",
        _ => "inbound",
    }
}

/// What the assistant of a folded prompt can do.
pub fn capabilities(prompt: &str) -> Vec<&'static str> {
    let found: Vec<&str> = CAPABILITIES
        .iter()
        .filter(|(_, words)| occurs(prompt, words))
        .map(|(name, _)| *name)
        .collect();
    if found.is_empty() { vec![LEAST] } else { found }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accents_and_capitals_are_no_difference() {
        assert_eq!(folded("MENÚ Ñandú Çedilla"), "menu nandu cedilla");
        // Already taken apart, and the capital that becomes two characters in lower case.
        assert_eq!(folded("campan\u{303}a"), "campana");
        assert_eq!(folded("\u{130}NCOMING"), "incoming");
    }

    #[test]
    fn every_word_says_its_kind() {
        for word in INBOUND {
            assert_eq!(assistant_type(&folded(&word.to_uppercase())), "inbound");
        }
        for word in OUTBOUND {
            assert_eq!(assistant_type(&folded(&word.to_uppercase())), "outbound");
            for other in INBOUND {
                let both = folded(&format!("{word}\r\n{other}"));
                assert_eq!(assistant_type(&both), "hybrid", "{word} and {other}");
            }
        }
        assert_eq!(assistant_type(&folded("Campaña de verano")), "outbound");
        assert_eq!(assistant_type(""), "inbound");
    }

    #[test]
    fn every_word_says_its_capability() {
        for (name, words) in CAPABILITIES {
            for word in words {
                let found = capabilities(&folded(&format!("¡{}!", word.to_uppercase())));
                assert!(found.contains(&name), "{word} gives {found:?}");
            }
        }
        assert_eq!(capabilities(&folded("Muestra el MENÚ")), ["menu_info"]);
        assert_eq!(capabilities("nada"), ["business_hours"]);
        assert_eq!(
            capabilities("faq, horario, mesa"),
            ["reservations", "business_hours", "faq"],
            "in the order of the list, not of the prompt"
        );
    }
}
