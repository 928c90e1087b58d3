//! What people call models, domains and colours. Those that the page does not know are called as on their card.

use super::model::Model;
use crate::i18n::*;

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
    let full = name.strip_suffix("-light");
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
