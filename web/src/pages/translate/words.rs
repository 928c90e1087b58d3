//! What people call models, domains and colours. Those that the page does not know are called as on their card.

use super::model::{LIGHT, Model};
use crate::i18n::*;

/// The models of the site in the order of the list, which is not that in which they were made: first those that are drawn for, and
/// of those that do the same the better one.
const ORDER: [&str; 9] = [
    "facades",
    "facades-light",
    "maps-map-to-aerial",
    "maps-map-to-aerial-light",
    "face-to-avatar",
    "faces-to-avatars",
    "maps-aerial-to-map",
    "maps-aerial-to-map-light",
    "day-to-sunset",
];

/// Names of models as they are listed: those of the site, then others.
pub fn in_order(mut names: Vec<String>) -> Vec<String> {
    names.sort_by_key(|name| ORDER.iter().position(|known| known == name).unwrap_or(ORDER.len()));
    names
}

/// What pictures of a domain show: the first, or the second.
pub fn domain(locale: Locale, model: &Model, first: bool) -> String {
    let named = model.card.domains.get(usize::from(!first)).map(String::as_str);
    match named {
        Some("label") => td_string!(locale, tr_d_label).to_string(),
        Some("photo") => td_string!(locale, tr_d_photo).to_string(),
        Some("aerial" | "aerial photo") => td_string!(locale, tr_d_aerial).to_string(),
        Some("map") => td_string!(locale, tr_d_map).to_string(),
        Some("face") => td_string!(locale, tr_d_face).to_string(),
        Some("avatar") => td_string!(locale, tr_d_avatar).to_string(),
        Some("day") => td_string!(locale, tr_d_day).to_string(),
        Some("sunset") => td_string!(locale, tr_d_sunset).to_string(),
        Some(other) => other.to_owned(),
        None if first => "X".to_owned(),
        None => "Y".to_owned(),
    }
}

/// A way between the domains of a model.
pub fn way(locale: Locale, model: &Model, back: bool) -> String {
    format!("{} → {}", domain(locale, model, !back), domain(locale, model, back))
}

/// A model, by what it does where that is known. A light one has the name of the one that it learned from.
pub fn model(locale: Locale, model: &Model) -> String {
    let name = model.card.name.as_str();
    let full = name.strip_suffix(LIGHT);
    let known = match full.unwrap_or(name) {
        "facades" => td_string!(locale, tr_m_facades).to_string(),
        "maps-aerial-to-map" | "maps-map-to-aerial" | "face-to-avatar" => way(locale, model, false),
        "day-to-sunset" | "faces-to-avatars" => {
            format!("{} ↔ {}", domain(locale, model, true), domain(locale, model, false))
        }
        _ => return name.to_owned(),
    };
    if full.is_some() { td_string!(locale, tr_light, model = known) } else { known }
}

/// A colour of a palette.
pub fn swatch(locale: Locale, name: &str) -> String {
    match name {
        "background" => td_string!(locale, tr_c_background),
        "facade" => td_string!(locale, tr_c_facade),
        "window" => td_string!(locale, tr_c_window),
        "door" => td_string!(locale, tr_c_door),
        "cornice" => td_string!(locale, tr_c_cornice),
        "sill" => td_string!(locale, tr_c_sill),
        "balcony" => td_string!(locale, tr_c_balcony),
        "blind" => td_string!(locale, tr_c_blind),
        "deco" => td_string!(locale, tr_c_deco),
        "molding" => td_string!(locale, tr_c_molding),
        "pillar" => td_string!(locale, tr_c_pillar),
        "shop" => td_string!(locale, tr_c_shop),
        "ground" => td_string!(locale, tr_c_ground),
        "road" => td_string!(locale, tr_c_road),
        "main road" => td_string!(locale, tr_c_main_road),
        "park" => td_string!(locale, tr_c_park),
        "water" => td_string!(locale, tr_c_water),
        "highway" => td_string!(locale, tr_c_highway),
        "building" => td_string!(locale, tr_c_building),
        other => return other.to_owned(),
    }
    .to_string()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use forger_protocol::Manifest;

    use super::*;
    use crate::pages::translate::model::is_of_page;

    const FILE: &str = include_str!("../../../../public/models/manifest.json");

    #[test]
    fn the_list_has_every_model_of_the_site_and_others_last() {
        let manifest = serde_json::from_str::<Manifest>(FILE).unwrap();
        let of_page = manifest.models.iter().filter(|entry| is_of_page(&entry.card.system));
        let names = of_page.map(|entry| entry.card.name.as_str()).collect::<BTreeSet<_>>();
        assert_eq!(names, BTreeSet::from(ORDER));
        let listed = in_order(["mine", "faces-to-avatars", "a", "face-to-avatar"].map(str::to_owned).into());
        assert_eq!(listed, ["face-to-avatar", "faces-to-avatars", "mine", "a"]);
    }
}
