//! V2 projects of any size, made from a seed: the same seed gives the same bytes.

use std::io::{self, Write};

use serde_json::{Value, json};

/// What to make.
#[derive(Debug, Clone, Copy)]
pub struct Generated {
    /// Documents of `cases`, about 5 KB each.
    pub cases: u64,
    /// Documents of `leads`, with one conversation each.
    pub leads: u64,
    /// Of a hundred cases, how many are malformed or belong nowhere.
    pub poisoned_percent: u64,
    /// Where the random numbers begin.
    pub seed: u64,
}

/// SplitMix64 (Steele, Lea and Flood, 2014): small, fast and the same everywhere.
#[derive(Debug, Clone)]
pub struct SplitMix(u64);

impl SplitMix {
    /// Begins at `seed`.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number.
    pub fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `limit`.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.draw() % limit.max(1)
    }

    /// One of several.
    pub fn pick<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        let index = usize::try_from(self.below(choices.len() as u64)).unwrap_or(0);
        choices.get(index).copied().unwrap_or_default()
    }
}

const SENTENCES: [&str; 8] = [
    "老闆今天不在，要再跟他確認。",
    "我們每個月大概有三千筆訂單。",
    "主要的痛點是外送平台對帳。",
    "Can it print to two kitchens at once?",
    "價格可以再談嗎？",
    "其他家報價比較便宜，但是功能比較少。",
    "導入的話需要多久？",
    "您好，想請問目前的點餐系統怎麼運作？",
];

/// What is wrong with a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Poison {
    /// It is no document at all: cut off, or with a value that is none of its type.
    Malformed,
    /// It is a document that belongs to no customer.
    Nowhere,
}

/// A line of `cases.ndjson`, without its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseLine {
    /// The document's id.
    pub id: String,
    /// What is wrong with it.
    pub poison: Option<Poison>,
    /// As it is written.
    pub text: String,
}

/// The lines of `cases.ndjson`, one after the other.
pub fn case_lines(what: Generated) -> impl Iterator<Item = CaseLine> {
    let mut random = SplitMix::new(what.seed);
    (0..what.cases).map(move |index| {
        let poisoned = random.below(100) < what.poisoned_percent;
        let (id, line) = case(&mut random, index, what.cases);
        let (poison, text) = if poisoned {
            let (poison, text) = poisoned_text(&mut random, line);
            (Some(poison), text)
        } else {
            (None, line.to_string())
        };
        CaseLine { id, poison, text }
    })
}

/// Writes the lines of `cases.ndjson`.
///
/// # Errors
/// What the writer says.
pub fn write_cases(out: &mut impl Write, what: Generated) -> io::Result<()> {
    case_lines(what).try_for_each(|line| writeln!(out, "{}", line.text))
}

fn poisoned_text(random: &mut SplitMix, mut line: Value) -> (Poison, String) {
    let fields = &mut line["fields"];
    match random.below(4) {
        0 => {
            // Cut off in the middle.
            let mut text = line.to_string();
            let mut end = text.len() / 2;
            while !text.is_char_boundary(end) {
                end -= 1;
            }
            text.truncate(end);
            (Poison::Malformed, text)
        }
        1 => {
            fields["broken"] = json!({"booleanValue": "true"});
            (Poison::Malformed, line.to_string())
        }
        2 => {
            fields["customerId"] = json!({"stringValue": " "});
            (Poison::Nowhere, line.to_string())
        }
        _ => {
            fields["createdAt"] = json!({"timestampValue": "yesterday"});
            (Poison::Malformed, line.to_string())
        }
    }
}

/// A time in microseconds from some day of 2025 on.
fn time(offset_seconds: u64) -> String {
    let start = 1_735_689_600_000_000_i64;
    let micros = start + i64::try_from(offset_seconds).unwrap_or(0) * 1_000_000;
    sunset_core::instant::Instant::from_micros(micros).to_string()
}

fn text(text: impl Into<String>) -> Value {
    json!({"stringValue": text.into()})
}

fn map(fields: &Value) -> Value {
    json!({"mapValue": {"fields": fields}})
}

/// A case's id, and the case.
fn case(random: &mut SplitMix, index: u64, cases: u64) -> (String, Value) {
    let id = format!("C{index:09}-{:08x}", random.below(1 << 32));
    let customer = random.below(cases / 3 + 1);
    let created = random.below(360 * 86_400);
    let dash = random.pick(&["-", "-", "-", "–", "－"]);
    let segments: Vec<Value> = (0..18 + random.below(8))
        .map(|segment| {
            let start = json!(segment * 7);
            map(&json!({
                "speaker": text(random.pick(&["業務", "客戶", "Speaker 1"])),
                "text": text(random.pick(&SENTENCES)),
                "start": {"integerValue": start.to_string()},
                "end": {"doubleValue": 7.25 * (1.0 + f64::from(u32::try_from(segment).unwrap_or(0)))},
            }))
        })
        .collect();
    let score = |random: &mut SplitMix| json!({"integerValue": (1 + random.below(5)).to_string()});
    let dimensions = json!({
        "metrics": score(random), "economicBuyer": score(random), "decisionCriteria": score(random),
        "decisionProcess": score(random), "identifyPain": score(random), "champion": score(random),
    });
    let case = json!({
        "name": format!("projects/generated/databases/(default)/documents/cases/{id}"),
        "fields": {
            "caseId": text(format!("G{index:09}")),
            "customerId": text(format!("2025{:02}{dash}{customer:07}", 1 + customer % 12)),
            "customerName": text(format!("店家 {customer}")),
            "customerPhone": text(format!("09{:08}", random.below(100_000_000))),
            "salesRepName": text(format!("業務 {}", random.below(20))),
            "status": text(random.pick(&["pending", "analyzed", "completed", "failed"])),
            "sourceType": text(random.pick(&["slack", "web"])),
            "createdAt": {"timestampValue": time(created)},
            "updatedAt": {"timestampValue": time(created + random.below(86_400))},
            "audio": map(&json!({
                "gcsPath": text(format!("gs://generated/audio/{id}.m4a")),
                "duration": {"doubleValue": 60.5},
            })),
            "transcription": map(&json!({
                "segments": {"arrayValue": {"values": segments}},
                "fullText": text(SENTENCES.join(" ")),
                "language": text("zh-TW"),
            })),
            "analysis": map(&json!({
                "summary": text(random.pick(&SENTENCES)),
                "qualification": text(random.pick(&["Qualified", "Not Qualified", "At Risk"])),
                "meddic": map(&json!({
                    "overallScore": {"integerValue": random.below(101).to_string()},
                    "dimensions": map(&dimensions),
                })),
            })),
        },
        "createTime": time(created),
        "updateTime": time(created),
    });
    (id, case)
}

/// Writes the lines of `leads.ndjson`.
///
/// # Errors
/// What the writer says.
pub fn write_leads(out: &mut impl Write, what: Generated) -> io::Result<()> {
    let mut random = SplitMix::new(what.seed ^ 1);
    for index in 0..what.leads {
        let created = random.below(360 * 86_400);
        let line = json!({
            "name": format!("projects/generated/databases/(default)/documents/leads/L{index:09}"),
            "fields": {
                "email": text(format!("boss@shop{index}.tw")),
                "status": text(random.pick(&["new", "contacted", "converted", "lost"])),
                "score": {"integerValue": random.below(101).to_string()},
                "created_at": {"timestampValue": time(created)},
            },
            "createTime": time(created),
            "updateTime": time(created),
        });
        writeln!(out, "{line}")?;
    }
    Ok(())
}

/// Writes the lines of `conversations.ndjson`, one for each lead.
///
/// # Errors
/// What the writer says.
pub fn write_conversations(out: &mut impl Write, what: Generated) -> io::Result<()> {
    let mut random = SplitMix::new(what.seed ^ 2);
    for index in 0..what.leads {
        let created = random.below(360 * 86_400);
        let line = json!({
            "name": format!("projects/generated/databases/(default)/documents/conversations/K{index:09}"),
            "fields": {
                "lead_id": text(format!("L{index:09}")),
                "type": text(random.pick(&["discovery", "demo", "closing"])),
                "created_at": {"timestampValue": time(created)},
                "analysis": map(&json!({
                    "store_name": text(format!("店 {index}")),
                    "meddic_score": {"integerValue": random.below(101).to_string()},
                })),
            },
            "createTime": time(created),
            "updateTime": time(created),
        });
        writeln!(out, "{line}")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_same_bytes_of_about_5_kb_a_case() {
        let what = Generated {
            cases: 50,
            leads: 0,
            poisoned_percent: 0,
            seed: 7,
        };
        let make = || {
            let mut out = Vec::new();
            write_cases(&mut out, what).expect("memory");
            out
        };
        let bytes = make();
        assert_eq!(bytes, make());
        let average = bytes.len() / 50;
        assert!((4_000..6_500).contains(&average), "{average}");
    }
}
