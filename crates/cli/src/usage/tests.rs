use clap::{Arg, ArgAction, value_parser};

use super::*;

fn demo() -> Command {
    let flag = |name: &'static str| Arg::new(name).long(name).action(ArgAction::SetTrue);
    Command::new("demo")
        .arg(
            Arg::new("share")
                .long("share")
                .value_name("N")
                .value_parser(value_parser!(u32).range(0..=100)),
        )
        .arg(
            Arg::new("count")
                .long("count")
                .value_parser(value_parser!(u64)),
        )
        .arg(
            Arg::new("shell")
                .long("shell")
                .value_parser(["bash", "fish"]),
        )
        .arg(flag("check"))
        .arg(flag("fix").conflicts_with("check"))
        .arg(flag("out").conflicts_with_all(["check", "fix"]))
        .arg(Arg::new("pair").long("pair").num_args(2))
        .arg(Arg::new("name").long("name").require_equals(true))
        .subcommand(
            Command::new("set").arg(Arg::new("to").long("to").value_name("FILE").required(true)),
        )
        .subcommand(
            Command::new("run")
                .subcommand_required(true)
                .subcommand(Command::new("once")),
        )
}

fn refused(arguments: &[&str]) -> (Command, clap::Error) {
    let command = demo();
    let refused = command
        .clone()
        .try_get_matches_from([&["demo"][..], arguments].concat())
        .expect_err("wrong usage");
    (command, refused)
}

/// The lines of an error in a language, without colours.
fn lines(arguments: &[&str], language: Language) -> Vec<String> {
    let (command, refused) = refused(arguments);
    let text = match said(&refused, &command, language) {
        Some(said) => said.to_string(),
        None => refused.to_string(),
    };
    text.lines().map(str::to_owned).collect()
}

/// What is wrong, and the first line in Chinese and in Spanish.
const WRONG: [(&[&str], &str, &str); 15] = [
    (
        &["--chek"],
        "錯誤：不認得的引數 '--chek'",
        "error: argumento inesperado '--chek'",
    ),
    (
        &["sett"],
        "錯誤：不認得的子指令 'sett'",
        "error: subcomando desconocido 'sett'",
    ),
    (
        &["--share"],
        "錯誤：'--share <N>' 需要一個值，但沒有給",
        "error: '--share <N>' necesita un valor y no se dio ninguno",
    ),
    (
        &["--share", "101"],
        "錯誤：'--share <N>' 的值 '101' 無效：101 不在 0..=100 之內",
        "error: valor '101' no válido para '--share <N>': 101 no está en 0..=100",
    ),
    (
        &["--count", "x (y"],
        "錯誤：'--count <count>' 的值 'x (y' 無效：字串中有不是數字的字元",
        "error: valor 'x (y' no válido para '--count <count>': hay un carácter que no es una cifra",
    ),
    (
        &["--shell", "bsh"],
        "錯誤：'--shell <shell>' 的值 'bsh' 無效",
        "error: valor 'bsh' no válido para '--shell <shell>'",
    ),
    (
        &["--check", "--fix"],
        "錯誤：引數 '--check' 不能與 '--fix' 一起使用",
        "error: el argumento '--check' no se puede usar con '--fix'",
    ),
    (
        &["--out", "--check", "--fix"],
        "錯誤：引數 '--out' 不能與這些一起使用：",
        "error: el argumento '--out' no se puede usar con:",
    ),
    (
        &["--share", "1", "--share", "2"],
        "錯誤：引數 '--share <N>' 不能使用多次",
        "error: el argumento '--share <N>' no se puede usar más de una vez",
    ),
    (
        &["set"],
        "錯誤：沒有給這些必要的引數：",
        "error: faltan estos argumentos obligatorios:",
    ),
    (
        &["run"],
        "錯誤：'demo run' 需要一個子指令，但沒有給",
        "error: 'demo run' necesita un subcomando y no se dio ninguno",
    ),
    (
        &["--check=x"],
        "錯誤：'--check' 的值 'x' 是多餘的：不能再有值",
        "error: el valor 'x' de '--check' sobra: no se esperaba ninguno más",
    ),
    (
        &["--pair", "1"],
        "錯誤：'--pair <pair> <pair>' 需要 2 個值，給了 1 個",
        "error: hacen falta 2 valores para '--pair <pair> <pair>' y se dio 1",
    ),
    (
        &["--name", "x"],
        "錯誤：給 '--name=<name>' 值時需要等號",
        "error: hace falta el signo igual para dar un valor a '--name=<name>'",
    ),
    (
        &["set", "--share", "1"],
        "錯誤：不認得的引數 '--share'",
        "error: argumento inesperado '--share'",
    ),
];

#[test]
fn every_kind_of_error_is_said_in_every_language_line_by_line() {
    for (arguments, chinese, spanish) in WRONG {
        let english = lines(arguments, Language::En);
        assert!(english[0].starts_with("error: "), "{english:#?}");
        for (language, first, begins, help) in [
            (Language::ZhTw, chinese, "用法：demo", "'--help'。"),
            (Language::Es, spanish, "Uso: demo", "pruebe '--help'."),
        ] {
            let said = lines(arguments, language);
            assert_eq!(said.len(), english.len(), "{said:#?} {english:#?}");
            assert_eq!(said[0], first, "{english:#?}");
            for (said, english) in said.iter().zip(&english) {
                // Options that are listed.
                let carried = english.is_empty() || english.starts_with("  --");
                assert_eq!(said == english, carried, "{said} {english}");
                if let Some((_, behind)) = english.split_once("Usage: demo") {
                    assert_eq!(said, &format!("{begins}{behind}"));
                }
            }
            assert!(said[said.len() - 1].ends_with(help), "{said:#?}");
        }
    }
}

#[test]
fn what_may_be_meant_is_said_in_every_language() {
    for (arguments, chinese, spanish) in [
        (
            &["--chek"][..],
            "  提示：有相似的引數：'--check'",
            "  consejo: existe un argumento parecido: '--check'",
        ),
        (
            &["sett"],
            "  提示：有相似的子指令：'set'",
            "  consejo: existe un subcomando parecido: 'set'",
        ),
        (
            &["--shell", "bsh"],
            "  提示：有相似的值：'bash'",
            "  consejo: existe un valor parecido: 'bash'",
        ),
        (
            &["--shell", "bsh"],
            "  [可用的值：bash, fish]",
            "  [valores posibles: bash, fish]",
        ),
        (&["run"], "  [子指令：once", "  [subcomandos: once"),
    ] {
        for (language, expected) in [(Language::ZhTw, chinese), (Language::Es, spanish)] {
            let said = lines(arguments, language);
            assert!(
                said.iter().any(|line| line.starts_with(expected)),
                "{said:#?}"
            );
        }
    }
}

#[test]
fn what_clap_paints_keeps_its_colours_and_its_text() {
    let (command, refused) = refused(&["--shell", "error: '\nx"]);
    let said = said(&refused, &command, Language::Es).expect("another language");
    let text = said.render().ansi().to_string();
    let english = refused.render().ansi().to_string();
    let codes = |text: &str| text.matches('\u{1b}').count();
    assert_eq!(codes(&text), codes(&english), "{text}");
    assert!(
        text.contains("valor '\u{1b}[33merror: '\nx\u{1b}[0m' no válido"),
        "{text}"
    );
    assert!(
        text.contains("Uso:\u{1b}[0m") || !english.contains("Usage:"),
        "{text}"
    );
    assert_eq!(said.exit_code(), refused.exit_code());
}

#[test]
fn what_stands_beside_the_option_of_the_manual_is_said_in_every_language() {
    let refused = clap::Error::raw(
        ErrorKind::ArgumentConflict,
        "--generate KIND must be the only arguments\n",
    );
    let said = said(&refused, &demo(), Language::Es).expect("another language");
    assert_eq!(
        said.to_string().trim_end(),
        "error: --generate KIND deben ser los únicos argumentos"
    );
}

#[test]
fn help_and_english_are_left_to_clap() {
    for arguments in [&["--help"][..], &["set", "--help"], &["help"]] {
        let (command, page) = refused(arguments);
        assert!(
            said(&page, &command, Language::Es).is_none(),
            "{arguments:?}"
        );
    }
    let (command, refused) = refused(&["--chek"]);
    assert!(said(&refused, &command, Language::En).is_none());
}

#[test]
fn the_language_is_found_wherever_it_stands() {
    let asked_by = |arguments: &[&str]| asked(arguments.iter().map(OsString::from));
    for (arguments, language) in [
        (&["--lang", "es", "--chek"][..], Language::Es),
        (&["set", "--chek", "--lang=zh-TW"], Language::ZhTw),
        (&["--lang=zh-tw"], Language::ZhTw),
        (&["--lang", "en", "--chek"], Language::En),
        // What is wrong is the language itself.
        (&["--lang", "fr"], Language::En),
        (&["--lang", "es", "--lang", "fr"], Language::En),
        (&["--lang"], Language::En),
        // Another option, and what is no option.
        (&["--language", "es"], Language::En),
        (&["--", "--lang", "es"], Language::En),
        (&[], Language::En),
    ] {
        assert_eq!(asked_by(arguments), language, "{arguments:?}");
    }
}
