//! Numbers as colours over a picture: what a discriminator says, and where two pictures differ.

use std::sync::Arc;

use leptos::{html::Canvas, prelude::*};

use super::ask::{Picture, Verdicts};
use crate::{
    plots::canvas::{colour, rgb},
    state::screen::animate,
};

/// How much of the picture is covered where D is sure, of 255.
const COVER: f32 = 190.0;

/// Towards `--real` where D says real, towards `--fake` where it says made, clear where it tosses a coin; a pixel a patch.
fn verdict_map(verdicts: &Verdicts) -> Picture {
    let (real, fake) = (rgb(&colour("--real")), rgb(&colour("--fake")));
    let tone = |verdict: &f32| {
        let [r, g, b] = if *verdict > 0.5 { real } else { fake };
        [r, g, b, ((verdict - 0.5).abs() * 2.0 * COVER) as u8]
    };
    Picture { size: [verdicts.columns, verdicts.rows], values: verdicts.values.iter().flat_map(tone).collect() }
}

/// How far two pictures of one size are apart: the mean absolute difference in `[0, 1]`, and where it is, from black by orange to
/// white.
pub fn difference(a: &Picture, b: &Picture) -> Option<(f64, Picture)> {
    if a.size != b.size || a.values.len() != b.values.len() || a.values.is_empty() {
        return None;
    }
    let far = |(a, b): (&[u8], &[u8])| {
        a.iter().zip(b).take(3).map(|(a, b)| f64::from(a.abs_diff(*b))).sum::<f64>() / (3.0 * 255.0)
    };
    let each = a.values.chunks_exact(4).zip(b.values.chunks_exact(4)).map(far).collect::<Vec<_>>();
    let mean = each.iter().sum::<f64>() / each.len().max(1) as f64;
    let values: Arc<[u8]> = each.into_iter().flat_map(glow).collect();
    Some((mean, Picture { size: a.size, values }))
}

/// A difference in `[0, 1]` as a colour. The root lets small ones be seen.
fn glow(share: f64) -> [u8; 4] {
    let heat = share.sqrt();
    let part = |from: f64| (((heat - from) * 3.0).clamp(0.0, 1.0) * 255.0) as u8;
    [part(0.0), part(1.0 / 3.0), part(2.0 / 3.0), u8::MAX]
}

/// A picture that follows its signal.
#[component]
pub fn Shown(#[prop(into)] picture: Signal<Option<Picture>>, #[prop(optional)] id: &'static str) -> impl IntoView {
    let canvas = NodeRef::<Canvas>::new();
    animate(
        move || {
            picture.track();
            canvas.track();
        },
        move || {
            if let (Some(canvas), Some(Some(picture))) =
                (canvas.try_get_untracked().flatten(), picture.try_get_untracked())
            {
                picture.show(&canvas);
            }
        },
    );
    view! { <canvas node_ref=canvas width="64" height="64" data-testid=id></canvas> }
}

/// What D says, laid over the picture that it lies in.
#[component]
pub fn PatchVerdicts(#[prop(into)] verdicts: Signal<Option<Verdicts>>) -> impl IntoView {
    let map = Signal::derive(move || verdicts.with(|verdicts| verdicts.as_ref().map(verdict_map)));
    view! {
        <Show when=move || verdicts.with(Option::is_some)>
            <div class="verdicts"><Shown picture=map id="verdict-map" /></div>
        </Show>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(values: [u8; 8]) -> Picture {
        Picture { size: [2, 1], values: values.into() }
    }

    #[test]
    fn a_picture_differs_in_nothing_from_itself_and_black_from_white_in_all() {
        let (white, black) = (picture([255; 8]), picture([0, 0, 0, 255, 0, 0, 0, 255]));
        let (mean, map) = difference(&white, &black).unwrap();
        assert!((mean - 1.0).abs() < 1e-9 && map.values[..] == [255; 8]);
        let (mean, map) = difference(&black, &black).unwrap();
        assert_eq!((mean, &map.values[..4]), (0.0, &[0, 0, 0, 255][..]));
        let other = Picture { size: [1, 2], ..white.clone() };
        assert!(difference(&white, &other).is_none());
    }

    #[test]
    fn more_difference_glows_brighter() {
        let light = |share| glow(share)[..3].iter().map(|value| u32::from(*value)).sum::<u32>();
        let steps = (0..=20).map(|step| light(f64::from(step) / 20.0)).collect::<Vec<_>>();
        assert!(steps.is_sorted() && steps[0] == 0 && steps[20] == 765);
    }
}
