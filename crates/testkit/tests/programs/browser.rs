//! Looking at a page in a real browser: at several widths, light and dark, as on paper, with
//! axe-core as the judge of whether everybody can read it.

use std::process::Command;

use serde_json::{Value, json};

/// How a page is looked at: its name, its width, whether dark, whether as it is printed.
const LOOKS: [(&str, u32, bool, bool); 6] = [
    ("phone", 360, false, false),
    ("phone, dark", 360, true, false),
    ("laptop", 1280, false, false),
    ("laptop, dark", 1280, true, false),
    ("large text", 1920, false, false),
    // A4 without its margins.
    ("paper", 680, false, true),
];

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
            // What holds for paper holds for the screen, too, so that it can be measured.
            page.replace("@media print", "@media all")
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
