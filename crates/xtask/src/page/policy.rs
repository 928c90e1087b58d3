//! The content-security policy: nothing from another host, and no script but those that were built.
//!
//! It goes into the page itself, so that it holds wherever the folder is put; our server also sends it as a header, which
//! the worker needs.

use std::{cell::RefCell, rc::Rc};

use anyhow::Result;
use base64::{Engine, prelude::BASE64_STANDARD};
use lol_html::{RewriteStrSettings, element, html_content::ContentType, rewrite_str, text};
use sha2::{Digest, Sha256};

/// The policy of a page: each of its inline scripts is allowed by its hash.
pub fn of(html: &str) -> Result<String> {
    let hashes: String = inline_scripts(html)?.iter().map(|script| format!(" 'sha256-{}'", hash(script))).collect();
    Ok([
        "default-src 'self'".to_owned(),
        format!("script-src 'self' 'wasm-unsafe-eval'{hashes}"),
        "style-src 'self'".to_owned(),
        "img-src 'self' blob: data:".to_owned(),
        "worker-src 'self'".to_owned(),
        "connect-src 'self'".to_owned(),
        "base-uri 'self'".to_owned(),
        "form-action 'self'".to_owned(),
        "object-src 'none'".to_owned(),
    ]
    .join("; "))
}

/// Puts a policy at the head of a page, before anything that it must hold for.
pub fn insert(html: &str, policy: &str) -> Result<String> {
    let meta = format!("\n<meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">");
    let head = element!("head", |head| {
        head.prepend(&meta, ContentType::Html);
        Ok(())
    });
    Ok(rewrite_str(html, RewriteStrSettings::new().append_element_content_handler(head))?)
}

fn inline_scripts(html: &str) -> Result<Vec<String>> {
    let scripts = Rc::new(RefCell::new(Vec::new()));
    let current = RefCell::new(String::new());
    let found = Rc::clone(&scripts);
    let script = text!("script:not([src])", move |chunk| {
        current.borrow_mut().push_str(chunk.as_str());
        if chunk.last_in_text_node() {
            found.borrow_mut().push(current.take());
        }
        Ok(())
    });
    rewrite_str(html, RewriteStrSettings::new().append_element_content_handler(script))?;
    Ok(scripts.take())
}

fn hash(script: &str) -> String {
    BASE64_STANDARD.encode(Sha256::digest(script))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "<!doctype html><html><head><meta charset=\"utf-8\"><script src=\"a.js\"></script></head>\
                        <body><script type=\"module\">alert('1 < 2')</script></body></html>";

    /// `printf "alert('1 < 2')" | openssl dgst -sha256 -binary | base64`
    const HASH: &str = "p9FRgtqmyMffBCL3IfjmoJI36tzdFTUODYLl+3a6bxc=";

    #[test]
    fn inline_scripts_are_allowed_by_hash() {
        assert_eq!(inline_scripts(PAGE).unwrap(), ["alert('1 < 2')"]);
        assert!(of(PAGE).unwrap().contains(&format!("'wasm-unsafe-eval' 'sha256-{HASH}';")), "{}", of(PAGE).unwrap());
    }

    #[test]
    fn a_page_without_scripts_allows_none() {
        assert!(of("<html></html>").unwrap().contains("script-src 'self' 'wasm-unsafe-eval';"));
    }

    #[test]
    fn the_policy_comes_first_in_the_head() {
        let page = insert(PAGE, "default-src 'self'").unwrap();
        let meta = "<head>\n<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'self'\"><meta charset";
        assert!(page.contains(meta), "{page}");
    }

    #[test]
    fn the_policy_does_not_change_what_it_allows() {
        let page = insert(PAGE, &of(PAGE).unwrap()).unwrap();
        assert_eq!(of(&page).unwrap(), of(PAGE).unwrap());
    }
}
