//! Customer ids and case numbers, as people typed them.

const DASHES: [char; 10] = [
    '\u{2010}', '\u{2011}', '\u{2012}', '\u{2013}', '\u{2014}', '\u{2015}', '\u{2212}', '\u{fe58}',
    '\u{fe63}', '\u{ff0d}',
];

fn is_edge(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}')
}

fn narrow(c: char) -> char {
    match c {
        // Full-width digits and letters stand 0xFEE0 behind their ASCII twins.
        '\u{ff10}'..='\u{ff19}' | '\u{ff21}'..='\u{ff3a}' | '\u{ff41}'..='\u{ff5a}' => {
            char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c)
        }
        c if DASHES.contains(&c) => '-',
        c => c,
    }
}

/// Normalises a customer id or a case number; `None` when nothing is left of it.
///
/// In this order: white space and invisible characters at both ends are stripped, full-width
/// digits and letters become ASCII, dashes of every kind become `-`, and white space around a `-` goes.
pub fn normalise_number(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut after_dash = false;
    for c in text.trim_matches(is_edge).chars().map(narrow) {
        if c == '-' {
            out.truncate(out.trim_end().len());
            out.push('-');
            after_dash = true;
        } else if !(after_dash && c.is_whitespace()) {
            out.push(c);
            after_dash = false;
        }
    }
    (!out.is_empty()).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::normalise_number as normalise;

    #[test]
    fn every_dash_is_the_same_dash() {
        for dash in
            "\u{2010}\u{2011}\u{2012}\u{2013}\u{2014}\u{2015}\u{2212}\u{fe58}\u{fe63}\u{ff0d}-"
                .chars()
        {
            assert_eq!(
                normalise(&format!("202511{dash}122188")).as_deref(),
                Some("202511-122188"),
                "U+{:04X}",
                u32::from(dash)
            );
        }
    }

    #[test]
    fn the_ends_are_stripped_of_what_cannot_be_seen() {
        assert_eq!(
            normalise("\u{feff}\u{200b} \u{3000}202511-1\u{2060}\u{200d}\t").as_deref(),
            Some("202511-1")
        );
    }

    #[test]
    fn full_width_characters_become_ascii_and_others_stay() {
        assert_eq!(
            normalise("２０２５１１－ＩＣ００１").as_deref(),
            Some("202511-IC001")
        );
        assert_eq!(normalise("ａｚＡＺ０９").as_deref(), Some("azAZ09"));
        assert_eq!(normalise("客戶！").as_deref(), Some("客戶！"));
    }

    #[test]
    fn white_space_around_a_dash_goes_and_stays_elsewhere() {
        assert_eq!(
            normalise("2025 11 \u{3000}– \t 12 34").as_deref(),
            Some("2025 11-12 34")
        );
        assert_eq!(normalise("- -").as_deref(), Some("--"));
    }

    #[test]
    fn nothing_left_is_absent() {
        assert_eq!(normalise(" \u{200b}\u{feff} "), None);
        assert_eq!(normalise(""), None);
    }
}
