//! Lines of a prompt: settings of the voice, instructions, greetings.

use serde_json::{Map, Number, Value};

use super::words::folded;

/// What headings of special instructions say.
const SECTIONS: [&str; 5] = [
    "instrucciones especiales",
    "notas importantes",
    "reglas especiales",
    "special instructions",
    "important notes",
];

/// Settings of a voice: their name, and the labels of their lines.
const SETTINGS: [(&str, [&str; 2]); 2] = [
    ("speed", ["speed", "velocidad"]),
    ("pitch", ["pitch", "tono"]),
];

/// Messages: their name, and the labels in front of them.
const MESSAGES: [(&str, [&str; 2]); 2] = [
    ("greeting_message", ["saludo:", "greeting:"]),
    ("farewell_message", ["despedida:", "farewell:"]),
];

/// What a voice may be set to.
pub const LOWEST: f64 = 0.5;
/// See [`LOWEST`].
pub const HIGHEST: f64 = 2.0;

/// Settings that a prompt makes.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Settings {
    /// `speed`, `pitch`: those that lie within the limits.
    pub taken: Map<String, Value>,
    /// `(name, number as it stands)` of those that do not.
    pub refused: Vec<(&'static str, String)>,
}

/// Reads the lines `speed: N`, `velocidad: N`, `pitch: N` and `tono: N`. Of several within the
/// limits the first counts.
pub fn settings(prompt: &str) -> Settings {
    let mut settings = Settings::default();
    for line in prompt.lines() {
        let Some((label, number)) = unmarked(line.trim()).split_once(':') else {
            continue;
        };
        let label = folded(label.trim());
        let Some((name, _)) = SETTINGS
            .iter()
            .find(|(_, labels)| labels.contains(&label.as_str()))
        else {
            continue;
        };
        let number = number.trim();
        if !is_number(number) {
            continue;
        }
        match within_limits(number) {
            None => settings.refused.push((name, number.to_owned())),
            Some(value) if !settings.taken.contains_key(*name) => {
                settings
                    .taken
                    .insert((*name).to_owned(), Value::Number(value));
            }
            Some(_) => {}
        }
    }
    settings
}

/// `[+-]digits[.digits]`
fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let all = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    all(whole) && all(fraction)
}

/// A number that a voice may be set to; one that is too large to be held lies beyond the limits.
fn within_limits(text: &str) -> Option<Number> {
    number_of(text).filter(|number| {
        let value = number.as_f64();
        value.is_some_and(|value| (LOWEST..=HIGHEST).contains(&value))
    })
}

fn number_of(text: &str) -> Option<Number> {
    if !text.contains('.')
        && let Ok(whole) = text.trim_start_matches('+').parse::<i64>()
    {
        return Some(whole.into());
    }
    Number::from_f64(text.parse().ok()?)
}

/// The lines of the sections of special instructions, without list marks; up to the next heading
/// or empty line.
pub fn special_instructions(prompt: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut within = false;
    for line in prompt.lines().map(str::trim) {
        if opens_section(line) {
            within = true;
        } else if line.is_empty() || line.starts_with('#') {
            within = false;
        } else if within {
            let text = unmarked(line);
            if !text.is_empty() {
                found.push(text.to_owned());
            }
        }
    }
    found
}

fn opens_section(line: &str) -> bool {
    let words = line.trim_start_matches('#').trim();
    let words = words.strip_suffix(':').unwrap_or(words).trim_end();
    // Longer than any heading: not worth a copy.
    words.len() <= 100 && SECTIONS.contains(&folded(words).as_str())
}

/// A trimmed line without the mark of a list in front: `-`, `*` or a number with a point.
fn unmarked(line: &str) -> &str {
    let rest = line.strip_prefix(['-', '*']).or_else(|| {
        let digits = line.bytes().take_while(u8::is_ascii_digit).count();
        let behind = line.get(digits..)?;
        (digits > 0).then(|| behind.strip_prefix('.')).flatten()
    });
    match rest {
        Some(rest) if rest.is_empty() || rest.starts_with(char::is_whitespace) => rest.trim_start(),
        _ => line,
    }
}

/// The messages of a prompt: the text behind their label, on its line. The first that says
/// something counts.
pub fn messages(prompt: &str) -> Map<String, Value> {
    let mut found = Map::new();
    for line in prompt.lines() {
        // Byte for byte as long as the line.
        let small = line.to_ascii_lowercase();
        for (name, labels) in MESSAGES {
            if found.contains_key(name) {
                continue;
            }
            let text = labels.iter().find_map(|label| behind(line, &small, label));
            if let Some(text) = text {
                found.insert(name.to_owned(), Value::String(text.to_owned()));
            }
        }
    }
    found
}

/// What stands behind a label that begins a word.
fn behind<'l>(line: &'l str, small: &str, label: &str) -> Option<&'l str> {
    let (at, _) = small.match_indices(label).find(|(at, _)| {
        let before = line
            .get(..*at)
            .and_then(|before| before.chars().next_back());
        !before.is_some_and(char::is_alphanumeric)
    })?;
    let text = line.get(at + label.len()..)?.trim();
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn settings_lie_within_their_limits() {
        let read = |prompt: &str| settings(prompt);
        let all = read("Hola\r\n  Velocidad: 1.25 \r\n- TONO: 0.5\r\nadiós");
        assert_eq!(
            Value::Object(all.taken),
            json!({"speed": 1.25, "pitch": 0.5})
        );
        assert_eq!(Value::Object(read("speed: 2").taken), json!({"speed": 2}));
        assert_eq!(
            Value::Object(read("pitch: 2.0").taken),
            json!({"pitch": 2.0})
        );
        for text in ["0.49", "2.01", "-1", "3", "0", "1000000000000000000000"] {
            let found = read(&format!("speed: {text}"));
            assert!(found.taken.is_empty(), "{text}");
            assert_eq!(found.refused, [("speed", text.to_owned())]);
        }
        for text in ["9".repeat(400), format!("-{}.5", "9".repeat(400))] {
            let found = read(&format!("speed: {text}"));
            assert!(found.taken.is_empty(), "{text}");
            assert_eq!(found.refused, [("speed", text)]);
        }
        assert_eq!(Value::Object(read("speed: +1").taken), json!({"speed": 1}));
        assert_eq!(
            Value::Object(read("tono: +1.5").taken),
            json!({"pitch": 1.5})
        );
        for text in [
            "speed: rápido",
            "la speed: 1",
            "speed: 1,2",
            "speed 1",
            "speed: .5",
            "speed: 1e0",
            "speed:",
        ] {
            assert_eq!(read(text), Settings::default(), "{text}");
        }
        let twice = read("speed: 9\nspeed: 1.1\nvelocidad: 1.2");
        assert_eq!(Value::Object(twice.taken), json!({"speed": 1.1}));
        assert_eq!(twice.refused.len(), 1);
    }

    #[test]
    fn instructions_stand_below_their_heading() {
        let lines = |prompt: &str| special_instructions(prompt);
        for heading in [
            "## Instrucciones Especiales",
            "NOTAS IMPORTANTES:",
            "reglas especiales",
            "# Special instructions :",
            "#Important Notes:",
        ] {
            let prompt =
                format!("x\r\n{heading}\r\n- uno\r\n * dos \r\n12. tres\r\ncuatro\r\n\r\n- fuera");
            assert_eq!(
                lines(&prompt),
                ["uno", "dos", "tres", "cuatro"],
                "{heading}"
            );
        }
        assert_eq!(lines("Notas importantes\nuno\n# Otra\ndos"), ["uno"]);
        assert_eq!(
            lines("Notas importantes:\nuno\nReglas especiales:\ndos"),
            ["uno", "dos"]
        );
        assert_eq!(lines("Notas importantes\n \nuno"), [""; 0]);
        assert_eq!(lines("Mis notas importantes\nuno"), [""; 0]);
        assert_eq!(
            lines("Notas importantes\n**fuerte**\n1.5 horas\n-5 grados\n-\n- "),
            ["**fuerte**", "1.5 horas", "-5 grados"]
        );
    }

    #[test]
    fn messages_stand_behind_their_label() {
        let found = messages("Saludo:  ¡Hola, señora! \r\n- DESPEDIDA: Adiós\r\ngreeting: later");
        assert_eq!(
            Value::Object(found),
            json!({"greeting_message": "¡Hola, señora!", "farewell_message": "Adiós"})
        );
        assert_eq!(
            messages("saludo:\ngreeting: Hi").get("greeting_message"),
            Some(&json!("Hi"))
        );
        let every = [
            ("saludo:", "greeting_message"),
            ("greeting:", "greeting_message"),
            ("despedida:", "farewell_message"),
            ("farewell:", "farewell_message"),
        ];
        for (label, name) in every {
            for written in [label.to_owned(), label.to_uppercase()] {
                let found = messages(&format!("Uno\r\n* {written} hasta luego\r\ndos"));
                assert_eq!(
                    Value::Object(found),
                    json!({name: "hasta luego"}),
                    "{written}"
                );
            }
        }
        assert_eq!(messages("resaludo: no"), Map::new());
        assert_eq!(
            messages("İ saludo: sí").get("greeting_message"),
            Some(&json!("sí"))
        );
    }
}
