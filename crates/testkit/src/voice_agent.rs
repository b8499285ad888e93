//! The sample of plan `voice-agent`: a database of version 1, as SQL. Made from a seed: the same
//! seed gives the same bytes.

use std::fmt::Write;

use crate::generate::SplitMix;

/// How much of it.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    /// Tenants.
    pub tenants: u64,
    /// Their configurations.
    pub configs: u64,
    /// Their calls.
    pub calls: u64,
    /// Where the random numbers begin.
    pub seed: u64,
}

/// As `samples/voice-agent` holds it.
pub const SAMPLE: Size = Size {
    tenants: 12,
    configs: 45,
    calls: 1_234,
    seed: 8,
};

const HEAD: &str = include_str!("voice_agent/head.sql");

const NAMES: [&str; 12] = [
    "Taquería El Ñandú",
    "Clínica San José",
    "O'Brien Dental",
    "Café Luz",
    "Hotel del Sol",
    "Barbería Norte",
    "Farmacia 100 %",
    "Zoë's Bistro",
    "Mueblería Øst",
    "Óptica Linde",
    "Spa & Sons",
    "Taller Müller",
];

const OPENINGS: [&str; 7] = [
    "Eres un asistente que debe contestar las llamadas de {}.",
    "Tu trabajo es atender a quien llama a {}.",
    "You answer incoming calls of {}.",
    "CAMPAÑA de verano de {}: hay que llamar a cada cliente.",
    "Outbound assistant of {}. Always be polite on a cold call.",
    "Asistente de {} para llamadas ENTRANTES y salientes.",
    "Asistente de {}.",
];

const ABILITIES: [&str; 11] = [
    "Toma reservaciones: mesa, hora y nombre.",
    "Anota el pedido completo.",
    "Explica el MENÚ y el platillo del día.",
    "Ofrece la promoción de la semana.",
    "Agenda la cita del paciente.",
    "Describe cada tratamiento.",
    "Pasa los datos de la doctora especialista.",
    "Confirma la cobertura del seguro.",
    "Informa el horario: abierto de 9 a 18.",
    "Puedes transferir con un agente humano.",
    "Resuelve dudas y preguntas frecuentes (FAQ).",
];

const SETTINGS: [&str; 7] = [
    "velocidad: 1.1",
    "Speed: 0.9",
    "tono: 1.05",
    "pitch: 2",
    "velocidad: 3.5",
    "",
    "",
];

const SECTIONS: [&str; 6] = [
    "## Instrucciones especiales\n- No des precios por teléfono\n- Repite el número\n",
    "NOTAS IMPORTANTES:\n1. Habla despacio\n2. Sé amable\n",
    "reglas especiales\n* Nunca prometas descuentos\n# Cierre",
    "Important notes:\n",
    "",
    "",
];

const GREETINGS: [&str; 4] = [
    "Saludo: ¡Hola! Gracias por llamar.\nDespedida: ¡Hasta luego!",
    "Greeting: Hello, how may I help?",
    "farewell: Have a nice day",
    "",
];

const SAID: [&str; 12] = [
    "Cliente: quiero una mesa.\nAgente: ¡RESERVACIÓN CONFIRMADA!",
    "Your reservation confirmed for two.",
    "Su cita agendada es el martes.\r\nGracias.",
    "Appointment scheduled, see you then.",
    "Pedido Confirmado: tres tacos al pastor.",
    "Order confirmed. Anything else?",
    "Lo voy a transferir con una persona.",
    "Let me TRANSFER you.",
    "¿A qué hora abren?\nA las nueve.",
    "Buenas tardes.",
    "",
    "No, nada, gracias.",
];

/// A text of SQL; NULL for none.
fn literal(text: Option<&str>) -> String {
    text.map_or_else(
        || "NULL".to_owned(),
        |text| format!("'{}'", text.replace('\'', "''")),
    )
}

fn line(text: &mut String, words: &str) {
    let written = writeln!(text, "{words}");
    debug_assert!(written.is_ok(), "writing to a String does not fail");
}

fn prompt(random: &mut SplitMix, number: u64, tenant: &str) -> Option<String> {
    match number {
        7 => return None,
        13 => return Some("  \r\n".to_owned()),
        21 => return Some(long_prompt()),
        _ => {}
    }
    let mut parts = vec![random.pick(&OPENINGS).replace("{}", tenant)];
    for ability in ABILITIES {
        if random.below(4) == 0 {
            parts.push(ability.to_owned());
        }
    }
    for choices in [&SETTINGS[..], &SECTIONS[..], &GREETINGS[..]] {
        parts.push(random.pick(choices).to_owned());
    }
    parts.retain(|part| !part.is_empty());
    let text = parts.join("\n");
    // Written in an editor that ends lines otherwise.
    Some(if number.is_multiple_of(3) {
        text.replace('\n', "\r\n")
    } else {
        text
    })
}

/// As long as anybody's.
fn long_prompt() -> String {
    let mut text = String::from("Atender con paciencia.\n");
    while text.len() < 40_000 {
        text.push_str("Si el cliente se enoja, escucha, respira y ofrece una solución.\n");
    }
    text.push_str("Saludo: ¡Bienvenida!");
    text
}

/// The whole file. Times are counted back from the moment at which it is loaded.
pub fn sql(size: Size) -> String {
    let mut random = SplitMix::new(size.seed);
    let mut text = String::from(HEAD);
    line(&mut text, "INSERT INTO tenants (id, name) VALUES");
    let name_of = |number: u64| {
        let name = NAMES[usize::try_from(number).unwrap_or(0) % NAMES.len()];
        if number < NAMES.len() as u64 {
            name.to_owned()
        } else {
            format!("{name} {number}")
        }
    };
    for number in 0..size.tenants {
        let end = if number + 1 == size.tenants { ";" } else { "," };
        let name = literal(Some(&name_of(number)));
        line(
            &mut text,
            &format!("('tenant-{:02}', {name}){end}", number + 1),
        );
    }
    configs(&mut text, &mut random, size, &name_of);
    calls(&mut text, &mut random, size);
    line(&mut text, "COMMIT;");
    text
}

fn configs(text: &mut String, random: &mut SplitMix, size: Size, name_of: &dyn Fn(u64) -> String) {
    line(
        text,
        "INSERT INTO voice_agent_configs (id, tenant_id, name, prompt, voice_id, language, enabled, created_at, updated_at) VALUES",
    );
    for number in 0..size.configs {
        let tenant = number % size.tenants;
        let prompt = prompt(random, number, &name_of(tenant));
        let voice = ["alloy", "coral", "sage", ""];
        let voice = Some(random.pick(&voice)).filter(|voice| !voice.is_empty());
        let language = ["es-MX", "en-US", "es-ES", "es-MX", ""];
        let language = Some(random.pick(&language)).filter(|language| !language.is_empty());
        let days = 400 + random.below(400);
        let end = if number + 1 == size.configs { ";" } else { "," };
        line(
            text,
            &format!(
                "('config-{:03}', 'tenant-{:02}', 'Asistente {}', {}, {}, {}, {}, now() - interval '{days} days', now() - interval '{} days'){end}",
                number + 1,
                tenant + 1,
                number / size.tenants + 1,
                literal(prompt.as_deref()),
                literal(voice),
                literal(language),
                !number.is_multiple_of(11),
                random.below(400),
            ),
        );
    }
}

fn calls(text: &mut String, random: &mut SplitMix, size: Size) {
    line(
        text,
        "INSERT INTO voice_agent_calls (id, tenant_id, config_id, version, status, ended_reason, transcript, outcome, duration_seconds, latency_ms, created_at) VALUES",
    );
    for number in 0..size.calls {
        let config = random.below(size.configs);
        let said = if random.below(9) == 0 {
            None
        } else {
            Some(random.pick(&SAID))
        };
        let status = random.pick(&[
            "completed",
            "completed",
            "completed",
            "failed",
            "in-progress",
        ]);
        let ended = random.pick(&[
            "customer-ended-call",
            "assistant-ended-call",
            "silence-timeout",
            "transferred",
            "",
        ]);
        // Decided by a person: a complaint is not among the outcomes that the plan knows.
        let outcome = match random.below(25) {
            0 => Some("information_given"),
            1 => Some("order_created"),
            _ => None,
        };
        let seconds = random.below(6_000);
        let duration = match random.below(20) {
            0 => "NULL".to_owned(),
            1 => "0".to_owned(),
            _ => format!("{}.{}", seconds / 10, seconds % 10),
        };
        let latency = match random.below(20) {
            0 => "NULL".to_owned(),
            _ => (80 + random.below(1_900)).to_string(),
        };
        let end = if number + 1 == size.calls { ";" } else { "," };
        line(
            text,
            &format!(
                "('call-{:05}', 'tenant-{:02}', 'config-{:03}', 'v1', '{status}', {}, {}, {}, {duration}, {latency}, now() - interval '{} minutes'){end}",
                number + 1,
                config % size.tenants + 1,
                config + 1,
                literal(Some(ended).filter(|ended| !ended.is_empty())),
                literal(said),
                literal(outcome),
                random.below(60 * 24 * 90),
            ),
        );
    }
}

/// What a person has to look at: a configuration and a call of a tenant that is not there.
pub fn orphans() -> String {
    "-- A configuration and a call of nobody, beside database.sql. Generated; no real person's data.\n\
     INSERT INTO voice_agent_configs (id, tenant_id, name, prompt) VALUES\n\
     ('config-nobody', 'tenant-gone', 'Asistente', 'Contestar llamadas'),\n\
     ('config-none', NULL, 'Asistente', 'Contestar llamadas');\n\
     INSERT INTO voice_agent_calls (id, tenant_id, config_id, status) VALUES\n\
     ('call-nobody', 'tenant-gone', 'config-nobody', 'completed');\n"
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sample_is_what_the_generator_gives() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../samples/voice-agent");
        for (name, made) in [("database.sql", sql(SAMPLE)), ("orphans.sql", orphans())] {
            let file = std::fs::read_to_string(format!("{folder}/{name}")).expect("the sample");
            assert!(
                file == made,
                "make {name} anew: cargo run -p sunset-testkit --bin generate-voice-agent -- samples/voice-agent"
            );
        }
    }
}
