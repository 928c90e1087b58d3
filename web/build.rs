//! Makes the module `i18n` of `locales/*.json`: a key that a language lacks is an error here, not in the page.

use std::{error::Error, fs, path::PathBuf};

use leptos_i18n_parser::parse_locales::{
    options::{Config, ParseOptions},
    parse_locales,
};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=locales");
    // What divides the program goes by its relocations.
    if std::env::var_os("CARGO_FEATURE_SPLIT").is_some() {
        println!("cargo:rustc-link-arg-bins=--emit-relocs");
    }
    let text = |error| format!("{error}");
    let options = ParseOptions::default().interpolate_display(true);
    let config = Config::new("en").map_err(text)?.add_locale("ko").map_err(text)?.parse_options(options);
    let locales = parse_locales(None, config).map_err(text)?;
    let code = leptos_i18n_codegen::gen_code(&locales, None, false, None, false).map_err(text)?;
    fs::write(PathBuf::from(std::env::var("OUT_DIR")?).join("i18n.rs"), code.to_string())?;
    Ok(())
}
