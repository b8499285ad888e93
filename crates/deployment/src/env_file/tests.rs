use super::*;
use proptest::prelude::*;

fn values(text: &str) -> Vec<(String, String)> {
    let file = EnvFile::parse(text.as_bytes());
    assert_eq!(file.bytes(), text.as_bytes(), "{text}");
    file.assignments()
        .map(|one| {
            let value = String::from_utf8(one.value()).expect("text");
            (one.name().to_owned(), value)
        })
        .collect()
}

#[test]
fn a_key_without_quotes_gives_no_names() {
    let key = "KEY=-----BEGIN PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nMIIEabc+/xx\nMIIEhidden==\n\
               -----END PRIVATE KEY-----\nA=1\n";
    let read = values(key);
    assert_eq!(read.len(), 2, "{read:?}");
    assert_eq!(read[0].1, "-----BEGIN PRIVATE KEY-----");
    assert_eq!(EnvFile::parse(key.as_bytes()).strange_lines(), [2, 4, 5, 6]);
    // What only begins like one takes nothing with it.
    let read = values("KEY=-----BEGIN X-----\nB=1\nC==\n-----END X-----\n");
    assert_eq!(read.len(), 3, "{read:?}");
    assert_eq!(values("KEY=-----BEGIN X-----\nabc==\n").len(), 2);
}

#[test]
fn a_carriage_return_alone_ends_a_line() {
    let wanted = [
        ("A".to_owned(), "1".to_owned()),
        ("B".to_owned(), "2".to_owned()),
    ];
    assert_eq!(values("A=1 # c\rB=2\r"), wanted);
    let mut file = EnvFile::parse(b"A=1\rB=2");
    assert_eq!(file.get("B").expect("it is there").line(), 2);
    file.append("added", &[("C", "3")]);
    assert_eq!(file.bytes(), b"A=1\rB=2\r\r# added\rC=3\r");
}

#[test]
fn what_is_no_text_is_refused_and_unknown_bytes_are_not() {
    for bad in [
        &b"\xff\xfeA\0=\x001\0"[..],
        b"\xfe\xff\0A",
        b"A\0=\x001\0",
        b"A=1\0",
    ] {
        let error = EnvFile::read(bad).expect_err("no text");
        assert!(
            error
                .remedy_text()
                .is_some_and(|text| text.contains("iconv"))
        );
    }
    assert!(EnvFile::read(b"A=caf\xe9\n\xef\xbb\xbf").is_ok());
}

#[test]
fn values_are_read_as_the_tools_read_them() {
    let text = "\u{feff}# A=no\nA=1\r\n  export B = two words # tail\nC=\"x # y\" # t\nD='no \\n escape'\n\
                E=\"-----BEGIN\nF=not a name\n-----END\"\nG=a#b\nH=\nI=# nothing\nJ=\"say \\\"hi\\\"\"\n\
                K=\"open\nL='it's'\nM=`back\ntick`\nnonsense line\nN: x\nO.p-q=last";
    let read = values(text);
    let wanted = [
        ("A", "1"),
        ("B", "two words"),
        ("C", "x # y"),
        ("D", "no \\n escape"),
        ("E", "-----BEGIN\nF=not a name\n-----END"),
        ("G", "a#b"),
        ("H", ""),
        ("I", ""),
        ("J", "say \"hi\""),
        ("K", "\"open"),
        ("L", "'it's'"),
        ("M", "back\ntick"),
        ("O.p-q", "last"),
    ];
    let wanted: Vec<_> = wanted.map(|(a, b)| (a.to_owned(), b.to_owned())).to_vec();
    assert_eq!(read, wanted);
    assert_eq!(EnvFile::parse(text.as_bytes()).strange_lines(), [17, 18]);
}

#[test]
fn a_change_touches_its_own_place_only() {
    let mut file = EnvFile::parse(b"# top\nexport  A = \"1\"  # why\nB=2");
    file.rename("A", "C");
    file.edit("C", |_| b"3".to_vec());
    file.append("more", &[("D", "4")]);
    assert_eq!(
        String::from_utf8(file.bytes()).expect("text"),
        "# top\nexport  C = \"3\"  # why\nB=2\n\n# more\nD=4\n"
    );
    file.remove("C");
    assert!(file.bytes().starts_with(b"# top\nB=2\n"));
    let mut windows = EnvFile::parse(b"A=1\r\n");
    windows.append("more", &[("D", "4")]);
    assert_eq!(windows.bytes(), b"A=1\r\n\r\n# more\r\nD=4\r\n");
}

#[test]
fn references_are_seen_where_they_work() {
    let refers = |text: &str| {
        let file = EnvFile::parse(text.as_bytes());
        file.get("A").expect("A").refers_to("OLD")
    };
    for text in ["A=$OLD", "A=\"x ${OLD}\"", "A=${OLD:-y}", "A=$OLD/x"] {
        assert!(refers(text), "{text}");
    }
    for text in ["A='$OLD'", "A=$OLDER", "A=OLD", "A=\\$OLD", "A=${OLD_ID}"] {
        assert!(!refers(text), "{text}");
    }
}

#[test]
fn nothing_prints_a_value() {
    let file = EnvFile::parse(b"A=hunter2\nB='hunter2'\n");
    let shown = format!("{file:?} {:?}", file.assignments().collect::<Vec<_>>());
    assert!(!shown.contains("hunter2"), "{shown}");
}

proptest! {
    #[test]
    fn any_bytes_survive(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        prop_assert_eq!(EnvFile::parse(&bytes).bytes(), bytes);
    }

    #[test]
    fn text_that_looks_like_an_env_file_survives(text in "([A-C\"'`#=\\\\ \n\r$a]){0,80}") {
        prop_assert_eq!(EnvFile::parse(text.as_bytes()).bytes(), text.as_bytes());
    }
}
