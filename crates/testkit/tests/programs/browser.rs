//! Looking at a page in a real browser: at several widths, light and dark, as on paper, with
//! axe-core as the judge of whether everybody can read it.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use super::workplace::bin_dir;

/// How a page is looked at: its name, its width, whether dark, whether as it is printed.
const LOOKS: [(&str, u32, bool, bool); 7] = [
    ("phone", 360, false, false),
    ("phone, dark", 360, true, false),
    ("laptop", 1280, false, false),
    ("laptop, dark", 1280, true, false),
    ("large text", 1920, false, false),
    // A4 without its margins.
    ("paper", 680, false, true),
    // Printed by who looks at the screen in the dark.
    ("paper, dark", 680, true, true),
];

/// How a page is photographed: its name, its width, whether dark, whether as it is printed.
const PICTURES: [(&str, u32, bool, bool); 5] = [
    ("phone", 390, false, false),
    ("phone-dark", 390, true, false),
    ("laptop", 1366, false, false),
    ("laptop-dark", 1366, true, false),
    ("paper", 680, false, true),
];

/// What a page would fetch from elsewhere, or leads to: nothing, where it is one file.
pub fn fetches(page: &str) -> Vec<String> {
    let mut found = Vec::new();
    let page_lower = page.to_ascii_lowercase();
    for (what, own) in [
        ("src=", &["data:"][..]),
        ("srcset=", &[]),
        ("href=", &["data:", "#"]),
        ("url(", &["data:"]),
        ("@import", &[]),
    ] {
        for (at, _) in page_lower.match_indices(what) {
            let rest = &page_lower[at + what.len()..];
            let value = rest.trim_start_matches([' ', '"', '\'']);
            if !own.iter().any(|own| value.starts_with(own)) {
                found.push(page_lower[at..].chars().take(80).collect());
            }
        }
    }
    found
}

/// Takes pictures of a page, and prints it: files that a person can look at, in `target/looks`.
/// Says so where there is no browser.
pub fn pictures(page: &str, of: &str) {
    let Some(browser) = std::env::var_os("SUNSET_TEST_CHROMIUM") else {
        println!("skipped: SUNSET_TEST_CHROMIUM names no browser to take pictures with");
        return;
    };
    let dir = tempfile::tempdir().expect("a folder");
    let looks = bin_dir().join("../looks");
    std::fs::create_dir_all(&looks).expect("a folder");
    let looks = looks.canonicalize().expect("a folder");
    let take = |page: &str, arguments: &[String], to: PathBuf| {
        let file = dir.path().join("look.html");
        std::fs::write(&file, page).expect("a page");
        let _ = std::fs::remove_file(&to);
        let output = Command::new(&browser)
            .args(["--headless", "--no-sandbox", "--disable-gpu"])
            .args(["--disable-dev-shm-usage", "--hide-scrollbars"])
            .arg(format!(
                "--user-data-dir={}",
                dir.path().join("profile").display()
            ))
            .args(arguments)
            .arg(format!("file://{}", file.display()))
            .output()
            .expect("a browser");
        let talk = String::from_utf8_lossy(&output.stderr);
        std::fs::read(&to).unwrap_or_else(|error| panic!("{}: {error}\n{talk}", to.display()))
    };
    let photograph = |page: &str, width: u32, dark: bool, to: PathBuf| {
        let arguments = [
            format!("--window-size={width},2400"),
            format!("--screenshot={}", to.display()),
        ];
        let bytes = take(&framed(page, dark), &arguments, to);
        assert!(bytes.starts_with(b"\x89PNG\r\n\x1a\n"), "it is no PNG");
        let found = bytes.get(16..20).and_then(|width| width.try_into().ok());
        assert_eq!(found.map(u32::from_be_bytes), Some(width), "its width");
        bytes
    };
    let mut seen: Vec<Vec<u8>> = Vec::new();
    for (name, width, dark, print) in PICTURES {
        let nothing = photograph("", width, dark, dir.path().join("nothing.png"));
        let to = looks.join(format!("{of}-{name}.png"));
        let page = if print {
            printed(page)
        } else {
            page.to_owned()
        };
        let bytes = photograph(&page, width, dark, to);
        // One colour takes a few kilobytes as PNG; letters and lines take many times that.
        assert!(
            bytes.len() > 5 * nothing.len(),
            "{name}: {} bytes, and an empty page has {}",
            bytes.len(),
            nothing.len()
        );
        assert!(!seen.contains(&bytes), "{name} looks like another");
        seen.push(bytes);
    }
    let paper = looks.join(format!("{of}-paper.pdf"));
    let print = ["--no-pdf-header-footer".into(), print_to(&paper)];
    let bytes = take(page, &print, paper);
    let empty = dir.path().join("nothing.pdf");
    let print = ["--no-pdf-header-footer".into(), print_to(&empty)];
    let nothing = take("<title>nothing</title>", &print, empty);
    assert!(bytes.starts_with(b"%PDF-"), "it is no PDF");
    // Letters bring their fonts with them, which an empty sheet has not.
    assert!(
        bytes.len() > 5 * nothing.len(),
        "paper: {} bytes, and an empty sheet has {}",
        bytes.len(),
        nothing.len()
    );
    println!("pictures are in {}", looks.display());
}

/// What holds for paper holds for the screen, too, so that it can be looked at and measured.
fn printed(page: &str) -> String {
    page.replace("@media print", "@media all")
}

fn print_to(path: &Path) -> String {
    format!("--print-to-pdf={}", path.display())
}

/// A page in a frame that is light or dark, whatever the machine is.
fn framed(page: &str, dark: bool) -> String {
    let scheme = if dark { "dark" } else { "light" };
    let page = page.replace('&', "&amp;").replace('"', "&quot;");
    format!(
        "<!doctype html><meta charset=\"utf-8\"><style>body {{ margin: 0 }} iframe {{ display: block; \
         border: 0; width: 100%; height: 2400px; color-scheme: {scheme} }}</style>\
         <iframe srcdoc=\"{page}\"></iframe>"
    )
}

#[test]
fn what_a_page_would_fetch_is_seen() {
    let own = "<a href=\"#c1\"><svg xmlns=\"http://www.w3.org/2000/svg\"></svg>\
               <img src='data:image/png;base64,AA'><style>a { background: url(data:,) }</style>";
    assert_eq!(fetches(own), [""; 0]);
    for foreign in [
        "<script src=\"https://x.tw/a.js\">",
        "<IMG SRC=a.png>",
        "<link href='style.css'>",
        "<a href=\"https://x.tw\">",
        "<style>a { background: url(\"https://x.tw/a.png\") }",
        "<style>@import 'a.css'",
    ] {
        assert_eq!(fetches(foreign).len(), 1, "{foreign}");
    }
}

/// Every fault of a page that can be seen, or `None` (and a line that says so) where there is no
/// browser to see with.
pub fn faults(page: &str) -> Option<Vec<String>> {
    let (Some(browser), Some(axe)) = (
        std::env::var_os("SUNSET_TEST_CHROMIUM"),
        std::env::var_os("SUNSET_TEST_AXE"),
    ) else {
        println!("skipped: SUNSET_TEST_CHROMIUM and SUNSET_TEST_AXE name no browser and judge");
        return None;
    };
    let axe = std::fs::read_to_string(axe).expect("axe-core");
    assert!(page.contains("@media print"), "paper is thought of");
    let looks = LOOKS.map(|(name, width, dark, print)| {
        let html = if print {
            printed(page)
        } else {
            page.to_owned()
        };
        json!({ "name": name, "width": width, "dark": dark, "html": html })
    });
    let in_script = |value: Value| value.to_string().replace("</", "<\\/");
    let wrapper = WRAPPER
        .replace("LOOKS", &in_script(json!(looks)))
        .replace("AXE", &in_script(json!(axe)));
    let dir = tempfile::tempdir().expect("a folder");
    let file = dir.path().join("look.html");
    std::fs::write(&file, wrapper).expect("a page");
    let output = Command::new(browser)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--dump-dom"])
        .args(["--disable-dev-shm-usage", "--virtual-time-budget=120000"])
        .args(["--window-size=2000,1200", "--enable-logging=stderr"])
        .arg(format!(
            "--user-data-dir={}",
            dir.path().join("profile").display()
        ))
        .arg(format!("file://{}", file.display()))
        .output()
        .expect("a browser");
    let talk = String::from_utf8_lossy(&output.stderr);
    let dom = String::from_utf8_lossy(&output.stdout);
    let mut faults: Vec<String> = talk
        .lines()
        .filter(|line| line.contains("CONSOLE"))
        .map(str::to_owned)
        .collect();
    let found = dom.split("RESULT-BEGIN").nth(2);
    let found = found.and_then(|rest| rest.split("RESULT-END").next());
    let found = found.unwrap_or_else(|| panic!("the browser looked at nothing: {talk}"));
    let found = found
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&");
    let found: Value = serde_json::from_str(&found).expect("what was seen");
    let found = found.as_array().expect("a list");
    assert_eq!(found.len(), LOOKS.len());
    for (look, (name, width, dark, _)) in found.iter().zip(LOOKS) {
        assert_eq!(look["dark"], dark, "{name} is looked at as it is called");
        assert!(look["checked"].as_u64() > Some(10), "axe judged the page");
        if look["scroll"].as_u64() > Some(u64::from(width)) {
            faults.push(format!("{name}: {} wide, not {width}", look["scroll"]));
        }
        for violation in look["violations"].as_array().expect("a list") {
            faults.push(format!("{name}: {violation}"));
        }
    }
    Some(faults)
}

const WRAPPER: &str = r#"<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>look</title></head><body>
<script>
const looks = LOOKS;
const axe = AXE;
async function look(one) {
  const frame = document.createElement('iframe');
  frame.style.width = one.width + 'px';
  frame.style.height = '900px';
  frame.style.border = '0';
  frame.style.colorScheme = one.dark ? 'dark' : 'light';
  frame.srcdoc = one.html;
  const loaded = new Promise((done) => { frame.onload = done; });
  document.body.append(frame);
  await loaded;
  const page = frame.contentDocument;
  const scroll = page.documentElement.scrollWidth;
  const script = page.createElement('script');
  script.textContent = axe;
  page.head.append(script);
  const found = await frame.contentWindow.axe.run(page, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] });
  const dark = frame.contentWindow.matchMedia('(prefers-color-scheme: dark)').matches;
  frame.remove();
  return {
    scroll, dark, checked: found.passes.length,
    violations: found.violations.map((v) => v.id + ': ' + v.nodes.slice(0, 3).map((n) => n.target + ' ' + n.failureSummary).join(' | ')),
  };
}
(async () => {
  const seen = [];
  for (const one of looks) seen.push(await look(one));
  const result = document.createElement('pre');
  result.textContent = 'RESULT-BEGIN' + JSON.stringify(seen) + 'RESULT-END';
  document.body.append(result);
})();
</script></body></html>
"#;
