//! A page, and what it needs.

use html5gum::emitters::default::DefaultEmitter;
use html5gum::{Token, Tokenizer};
use sunset_core::check::{Check, Finding};
use url::Url;

use crate::answer::{Answer, shown};
use crate::remedies;

/// What a page loads: the address, and what it must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asset {
    /// Absolute.
    pub url: Url,
    /// What it is.
    pub sort: Sort,
}

/// What an asset is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    /// A script.
    Script,
    /// A style sheet.
    Style,
    /// A picture or another file.
    File,
}

/// The page itself.
pub fn judge(service: &str, address: &str, answer: &Answer) -> Check {
    let text = String::from_utf8_lossy(&answer.body);
    let fault = if answer.status != 200 {
        Some(format!("the page answers {}", answer.status))
    } else if !matches!(answer.media_type(), "text/html" | "application/xhtml+xml") {
        Some(format!(
            "the page is {}, not HTML",
            shown(answer.media_type())
        ))
    } else if !text.to_ascii_lowercase().contains("<html")
        && !text.to_ascii_lowercase().contains("<!doctype html")
    {
        Some("the page holds no HTML".into())
    } else {
        None
    };
    Check::new(format!("{service}: page"), address).with(fault.map(|fault| {
        Finding::failure(fault, 1, vec![]).remedy(
            "build the web again, deploy its dist folder, and set the custom domain under Workers \
             & Pages",
        )
    }))
}

/// What the page loads, each once, in order.
pub fn assets(page: &Url, body: &[u8]) -> Vec<Asset> {
    let mut assets: Vec<Asset> = Vec::new();
    let text = String::from_utf8_lossy(body);
    let mut emitter = DefaultEmitter::default();
    // What stands in a script is no tag.
    emitter.naively_switch_states(true);
    for token in Tokenizer::new_with_emitter(text.as_ref(), emitter) {
        let Ok(Token::StartTag(tag)) = token else {
            continue;
        };
        let attribute = |name: &str| {
            tag.attributes
                .iter()
                .find(|(known, _)| known.as_slice() == name.as_bytes())
                .map(|(_, value)| String::from_utf8_lossy(value).trim().to_owned())
        };
        let found = match tag.name.as_slice() {
            b"script" => attribute("src").map(|src| (src, Sort::Script)),
            b"link" => {
                let relation = attribute("rel").unwrap_or_default().to_ascii_lowercase();
                let words: Vec<&str> = relation.split_whitespace().collect();
                let sort = if words.contains(&"stylesheet") {
                    Some(Sort::Style)
                } else if words.contains(&"modulepreload") {
                    Some(Sort::Script)
                } else if words.contains(&"icon") || words.contains(&"manifest") {
                    Some(Sort::File)
                } else {
                    None
                };
                attribute("href").zip(sort)
            }
            b"img" => attribute("src").map(|src| (src, Sort::File)),
            _ => None,
        };
        let Some((address, sort)) = found else {
            continue;
        };
        let Ok(url) = page.join(&address) else {
            continue;
        };
        let asset = Asset { url, sort };
        if matches!(asset.url.scheme(), "http" | "https")
            && !assets.iter().any(|known| known.url == asset.url)
        {
            assets.push(asset);
        }
    }
    assets
}

/// An asset's answer; nothing where it is well.
pub fn fault_of(page: &Url, asset: &Asset, answer: &Answer) -> Option<String> {
    let url = asset.url.as_str();
    if page.scheme() == "https" && asset.url.scheme() == "http" {
        return Some(format!(
            "{url}: loaded by http into an https page, which browsers block"
        ));
    }
    if answer.status != 200 {
        return Some(format!("{url}: answers {}", answer.status));
    }
    let media = answer.media_type().to_ascii_lowercase();
    let good = match asset.sort {
        Sort::Script => media.ends_with("javascript") || media.ends_with("ecmascript"),
        Sort::Style => media == "text/css",
        Sort::File => media != "text/html",
    };
    if !good {
        // A single-page fallback answers every path with the page.
        return Some(format!("{url}: is {}", shown(&media)));
    }
    answer.body.is_empty().then(|| format!("{url}: is empty"))
}

/// The check over all assets.
pub fn judge_assets(service: &str, page: &Url, number: usize, faults: Vec<String>) -> Check {
    let count = u64::try_from(faults.len()).unwrap_or(u64::MAX);
    let finding = if count > 0 {
        Some(Finding::failure("assets of the page are missing or wrong", count, faults).remedy(
            "deploy the web again as a whole: the page names files of another build; then purge \
             the cache (Cloudflare: Caching, Purge Everything)",
        ))
    } else {
        (number == 0).then(|| {
            Finding::note("the page loads neither scripts nor styles", 1, vec![])
                .remedy(remedies::PUBLISH_FAILED)
        })
    };
    Check::new(format!("{service}: {number} assets"), page.as_str()).with(finding)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "<!doctype html><html><head><!-- <script src=no.js> -->\
        <link rel='icon' href='/favicon.svg'><LINK REL=\"stylesheet\" crossorigin href=/assets/a.css>\
        <link rel=preconnect href=https://fonts.example><script type=module src=\"assets/a.js?v=1&amp;x=2\">\
        </script><script>document.write('<img src=in-a-script.png>')</script></head>\
        <body><img src='data:image/png;base64,AA'><img src='/logo.png'><img src='/logo.png'></body></html>";

    #[test]
    fn what_a_page_loads_is_found() {
        let page = Url::parse("https://app.example.org/x/").expect("a URL");
        let found: Vec<_> = assets(&page, PAGE.as_bytes())
            .into_iter()
            .map(|asset| (asset.url.to_string(), asset.sort))
            .collect();
        let wanted = [
            ("https://app.example.org/favicon.svg", Sort::File),
            ("https://app.example.org/assets/a.css", Sort::Style),
            (
                "https://app.example.org/x/assets/a.js?v=1&x=2",
                Sort::Script,
            ),
            ("https://app.example.org/logo.png", Sort::File),
        ];
        assert_eq!(found, wanted.map(|(url, sort)| (url.to_owned(), sort)));
    }

    #[test]
    fn an_asset_that_is_the_page_is_none() {
        let page = Url::parse("https://app.example.org/").expect("a URL");
        let script = Asset {
            url: page.join("a.js").expect("a URL"),
            sort: Sort::Script,
        };
        let fault = |status, media, body: &[u8]| {
            fault_of(&page, &script, &Answer::new(status, media, body))
        };
        assert_eq!(fault(200, "text/javascript; charset=utf-8", b"x"), None);
        assert_eq!(fault(200, "application/javascript", b"x"), None);
        for (status, media, body) in [
            (200, "text/html", b"<html>".as_slice()),
            (404, "text/javascript", b"x"),
            (200, "text/javascript", b""),
        ] {
            assert!(fault(status, media, body).is_some());
        }
    }
}
