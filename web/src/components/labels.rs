//! Names and sentences that depend on a value, in the language of the page.

mod errors;
mod numbers;
mod settings;

use crate::i18n::*;
pub use crate::numbers::count;
pub use errors::{error, tell, tell_file, tell_lab, tell_loss};
use forger_protocol::{DeviceKind, lab_url::Group, message::SessionState};
pub use numbers::{figure, percent, pictures};
pub use settings::{field, part};

/// The language, tracked.
pub fn locale() -> Locale {
    use_i18n().get_locale()
}

/// A setting or one of its choices, by its name in the URL.
pub fn name(locale: Locale, key: &str) -> String {
    match key {
        "data" => td_string!(locale, set_data),
        "batch" => td_string!(locale, set_batch),
        "prior" => td_string!(locale, set_prior),
        "z" => td_string!(locale, set_z),
        "seed" => td_string!(locale, set_seed),
        "loss" => td_string!(locale, set_loss),
        "penalty" => td_string!(locale, set_penalty),
        "penalty_weight" => td_string!(locale, set_penalty_weight),
        "clip" => td_string!(locale, set_clip),
        "sn" => td_string!(locale, set_sn),
        "smooth" => td_string!(locale, set_smooth),
        "noise" => td_string!(locale, set_noise),
        "g_layers" | "d_layers" => td_string!(locale, set_layers),
        "g_width" | "d_width" => td_string!(locale, set_width),
        "g_act" | "d_act" => td_string!(locale, set_act),
        "g_opt" | "d_opt" => td_string!(locale, set_opt),
        "g_lr" | "d_lr" => td_string!(locale, set_lr),
        "g_steps" => td_string!(locale, set_g_steps),
        "d_steps" => td_string!(locale, set_d_steps),
        "ring" => td_string!(locale, ring),
        "grid" => td_string!(locale, grid),
        "line" => td_string!(locale, line),
        "moons" => td_string!(locale, moons),
        "spiral" => td_string!(locale, spiral),
        "pair" => td_string!(locale, pair),
        "circle" => td_string!(locale, circle),
        "blobs" => td_string!(locale, blobs),
        "checkerboard" => td_string!(locale, checkerboard),
        "swiss-roll" => td_string!(locale, swiss_roll),
        "own" => td_string!(locale, own),
        "minimax" => td_string!(locale, minimax),
        "non-saturating" => td_string!(locale, non_saturating),
        "least-squares" => td_string!(locale, least_squares),
        "hinge" => td_string!(locale, hinge),
        "wasserstein" => td_string!(locale, wasserstein),
        "none" => td_string!(locale, none),
        "gradient" => td_string!(locale, gradient),
        "r1" => td_string!(locale, r1),
        "gaussian" => td_string!(locale, gaussian),
        "uniform" => td_string!(locale, uniform),
        "leaky-relu" => td_string!(locale, leaky_relu),
        "momentum" => td_string!(locale, momentum),
        "sgd" => td_string!(locale, sgd),
        // The same in every language.
        "relu" => return "ReLU".to_owned(),
        "tanh" => return "Tanh".to_owned(),
        "sigmoid" => return "Sigmoid".to_owned(),
        "silu" => return "SiLU".to_owned(),
        "adam" => return "Adam".to_owned(),
        "rmsprop" => return "RMSProp".to_owned(),
        other => return other.to_owned(),
    }
    .to_string()
}

pub fn group(locale: Locale, group: Group) -> String {
    match group {
        Group::Data => td_string!(locale, group_data),
        Group::Noise => td_string!(locale, group_noise),
        Group::Game => td_string!(locale, group_game),
        Group::Generator => td_string!(locale, generator),
        Group::Discriminator => td_string!(locale, discriminator),
    }
    .to_string()
}

/// A layer of the plane, by its name in the URL.
pub fn layer(locale: Locale, key: &str) -> String {
    match key {
        "real" => td_string!(locale, real),
        "fake" => td_string!(locale, fake),
        "verdict" => td_string!(locale, layer_verdict),
        "line" => td_string!(locale, layer_line),
        "density" => td_string!(locale, layer_density),
        "manifold" => td_string!(locale, layer_manifold),
        _ => td_string!(locale, layer_push),
    }
    .to_string()
}

/// A term of the sentences of the arithmetic board.
pub fn term(locale: Locale, key: &str) -> String {
    match key {
        "man_glasses" => td_string!(locale, term_man_glasses),
        "woman" => td_string!(locale, term_woman),
        "woman_smiling" => td_string!(locale, term_woman_smiling),
        "man_hat" => td_string!(locale, term_man_hat),
        _ => td_string!(locale, term_man),
    }
    .to_string()
}

/// An attribute by its name in CelebA, which the avatars share. Others, and the user's own, stay as they are.
pub fn attribute(locale: Locale, name: &str) -> String {
    match name {
        "Male" => td_string!(locale, a_male).to_string(),
        "Eyeglasses" => td_string!(locale, a_eyeglasses).to_string(),
        "Smiling" => td_string!(locale, a_smiling).to_string(),
        "Wearing_Hat" => td_string!(locale, a_hat).to_string(),
        "No_Beard" => td_string!(locale, a_no_beard).to_string(),
        "Mustache" => td_string!(locale, a_mustache).to_string(),
        "Goatee" => td_string!(locale, a_goatee).to_string(),
        "Beard" => td_string!(locale, a_beard).to_string(),
        "Red_Hair" => td_string!(locale, a_red).to_string(),
        "Long_Hair" => td_string!(locale, a_long).to_string(),
        "Dark_Skin" => td_string!(locale, a_dark).to_string(),
        "Bald" => td_string!(locale, a_bald).to_string(),
        "Bangs" => td_string!(locale, a_bangs).to_string(),
        "Blond_Hair" => td_string!(locale, a_blond).to_string(),
        "Black_Hair" => td_string!(locale, a_black).to_string(),
        "Brown_Hair" => td_string!(locale, a_brown).to_string(),
        "Gray_Hair" => td_string!(locale, a_gray).to_string(),
        "Pale_Skin" => td_string!(locale, a_pale).to_string(),
        "Young" => td_string!(locale, a_young).to_string(),
        "Heavy_Makeup" => td_string!(locale, a_makeup).to_string(),
        "Wearing_Lipstick" => td_string!(locale, a_lipstick).to_string(),
        "Mouth_Slightly_Open" => td_string!(locale, a_mouth_open).to_string(),
        other => other.replace('_', " "),
    }
}

/// The way of making a picture larger that needs no model: no name of a model has such a sign.
pub const BICUBIC: &str = "=bicubic";

/// A model of the site, by the name on its card, or what needs none. Others, and the user's own, stay as they are.
pub fn model(locale: Locale, name: &str) -> String {
    match name {
        "digits" => td_string!(locale, model_digits).to_string(),
        "avatars" => td_string!(locale, model_avatars).to_string(),
        "faces" => td_string!(locale, model_faces).to_string(),
        "zeros" => td_string!(locale, detect_m_zeros).to_string(),
        "threes" => td_string!(locale, detect_m_threes).to_string(),
        "sneakers" => td_string!(locale, detect_m_sneakers).to_string(),
        "trousers" => td_string!(locale, detect_m_trousers).to_string(),
        "refine-eyes" => td_string!(locale, refine_eyes).to_string(),
        "refine-eyes-bold" => td_string!(locale, model_eyes_bold).to_string(),
        "refine-eyes-shy" => td_string!(locale, model_eyes_shy).to_string(),
        "refine-digits" => td_string!(locale, refine_digits).to_string(),
        "superres-light-x4" => td_string!(locale, model_up_light).to_string(),
        "superres-full-x4" => td_string!(locale, model_up_full).to_string(),
        "superres-realism-x4" => td_string!(locale, model_up_realism).to_string(),
        "superres-photo-x4" => td_string!(locale, model_up_photo).to_string(),
        "superres-full-realism-x4" => td_string!(locale, model_up_full_realism).to_string(),
        BICUBIC => td_string!(locale, up_bicubic).to_string(),
        other => other.to_owned(),
    }
}

/// What the strange pictures that a card knows show. Others, and those of the user's models, stay as they are.
pub fn strange(locale: Locale, what: &str) -> String {
    match what {
        "the other digits" => td_string!(locale, detect_w_digits).to_string(),
        "other clothes, shoes and bags" => td_string!(locale, detect_w_clothes).to_string(),
        other => other.to_owned(),
    }
}

/// The title of a chart.
pub fn curve(locale: Locale, key: &str) -> String {
    match key {
        "losses" => td_string!(locale, losses),
        "verdicts" => td_string!(locale, curve_verdicts),
        "gradients" => td_string!(locale, curve_gradients),
        "js" => td_string!(locale, jensen_shannon),
        _ => td_string!(locale, sliced_wasserstein),
    }
    .to_string()
}

/// What a chart shows, as a sentence.
pub fn curve_text(locale: Locale, key: &str) -> String {
    match key {
        "losses" => td_string!(locale, text_losses),
        "verdicts" => td_string!(locale, text_verdicts),
        "gradients" => td_string!(locale, text_gradients),
        "js" => td_string!(locale, text_js),
        _ => td_string!(locale, text_sw),
    }
    .to_string()
}

/// The title of a stage in slow motion.
pub fn stage(locale: Locale, stage: usize) -> String {
    match stage {
        0 => td_string!(locale, stage_noise),
        1 => td_string!(locale, stage_forge),
        2 => td_string!(locale, stage_judge),
        3 => td_string!(locale, stage_loss),
        4 => td_string!(locale, stage_gradient),
        _ => td_string!(locale, stage_update),
    }
    .to_string()
}

/// What happens at a stage, to D or to G.
pub fn stage_text(locale: Locale, stage: usize, of_d: bool) -> String {
    match (stage, of_d) {
        (0, _) => td_string!(locale, slow_noise),
        (1, _) => td_string!(locale, slow_forge),
        (2, _) => td_string!(locale, slow_judge),
        (3, true) => td_string!(locale, slow_loss_d),
        (3, false) => td_string!(locale, slow_loss_g),
        (4, true) => td_string!(locale, slow_gradient_d),
        (4, false) => td_string!(locale, slow_gradient_g),
        (_, true) => td_string!(locale, slow_update_d),
        (_, false) => td_string!(locale, slow_update_g),
    }
    .to_string()
}

pub fn state(locale: Locale, state: SessionState) -> String {
    match state {
        SessionState::Idle => td_string!(locale, state_idle),
        SessionState::Running => td_string!(locale, state_running),
        SessionState::Paused => td_string!(locale, state_paused),
        SessionState::Diverged => td_string!(locale, state_diverged),
    }
    .to_string()
}

/// The same in every language.
pub const fn device(kind: DeviceKind) -> &'static str {
    match kind {
        DeviceKind::Cpu => "CPU",
        DeviceKind::WebGpu => "WebGPU",
    }
}

/// So many bytes, in the unit in which people read them.
pub fn bytes(count: f64) -> String {
    match count {
        ..1e3 => format!("{count:.0} B"),
        ..1e6 => format!("{:.0} kB", count / 1e3),
        ..1e9 => format!("{:.1} MB", count / 1e6),
        _ => format!("{:.1} GB", count / 1e9),
    }
}

/// What the models of a system do, and what it is called.
pub fn system(locale: Locale, name: &str) -> String {
    match name {
        "toy" => td_string!(locale, models_s_toy).to_string(),
        "dcgan" => td_string!(locale, models_s_dcgan).to_string(),
        "superres" => td_string!(locale, models_s_superres).to_string(),
        "pix2pix" => td_string!(locale, models_s_pix2pix).to_string(),
        "cyclegan" => td_string!(locale, models_s_cyclegan).to_string(),
        "simgan" => td_string!(locale, models_s_simgan).to_string(),
        "encoder" => td_string!(locale, models_s_encoder).to_string(),
        other => other.to_owned(),
    }
}
