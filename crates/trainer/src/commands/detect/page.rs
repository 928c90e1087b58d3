//! The report: what was found, as a page that needs nothing else.

use std::io::Cursor;

use anyhow::Result;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use image::{ImageFormat, Rgb, RgbImage};
use maud::{Markup, html};

use super::{Judged, Report};
use crate::report::{page, series};

/// Size of the histogram, and the frame of its bars: left, top, right, bottom.
const SIZE: (f64, f64) = (760.0, 230.0);
const FRAME: (f64, f64, f64, f64) = (16.0, 22.0, 744.0, 192.0);
const BINS: usize = 40;
/// Residuals are shown as they are up to this difference, of 2 that there are between black and white.
const HOTTEST: f32 = 1.0;
/// What a page can carry as a table.
const ROWS: usize = 2000;

/// The page of a report.
pub(super) fn page(report: &Report) -> Result<String> {
    let strange = report.judged.iter().filter(|judged| judged.is_strange).count();
    let expected = report.calibration.scores().iter().filter(|score| **score > report.threshold).count();
    let shown = report.judged.iter().take(report.shown);
    let cards = shown.map(|judged| card(report, judged)).collect::<Result<Vec<_>>>()?;
    let body = html! {
        section {
            p { b { (strange) " of " (report.judged.len()) " pictures are above the threshold of " (format!("{:.5}", report.threshold)) "." }
                " Of " (report.calibration.scores().len()) " normal pictures, " (expected) " are." }
            p.note { "A score says how badly the model can draw a picture, and nothing of why. What is bright, busy or in another "
                "place than usual can be as hard to draw as a fault, and a fault that is small or of few contrast can be easy." }
        }
        section { h2 { "Scores" } figure.card { (histogram(report)) } }
        @if !cards.is_empty() {
            section { h2 { "The strangest" } div.grid { @for card in &cards { (card) } } }
        }
        section { h2 { "All pictures" } (table(report)) }
    };
    Ok(page::page("What is strange", &report.lead, &body))
}

/// A picture, what comes nearest to it, and where they differ.
fn card(report: &Report, judged: &Judged) -> Result<Markup> {
    let (channels, size) = (report.channels, judged.picture.grid.size());
    let given = &judged.picture.pixels;
    let planes = |values: &[f32]| picture(size, |place| colour(values, channels, size, place));
    let residual = |place: usize| judged.found.residual.get(place).copied().unwrap_or_default() / HOTTEST;
    let heat = picture(size, |place| heated(colour(given, channels, size, place), residual(place)))?;
    let (given, drawn) = (planes(given)?, planes(&judged.found.reconstruction)?);
    let normal = report.calibration.scores().len();
    Ok(html! {
        figure.card {
            div style="display: grid; grid-template-columns: repeat(3, 1fr); gap: 4px" {
                @for (what, source) in [("as it is", given), ("as the model draws it", drawn), ("where they differ", heat)] {
                    img style="width: 100%; image-rendering: pixelated" alt=(format!("{}, {what}", judged.picture.name)) title=(what)
                        src=(source) {}
                }
            }
            figcaption {
                h3 { (judged.picture.name) }
                p.note { "score " (format!("{:.5}", judged.found.score)) "; of " (normal) " normal pictures "
                    (report.calibration.as_strange(judged.found.score)) " are as strange, p " (format!("{:.4}", judged.p)) }
            }
        }
    })
}

/// The colour of a pixel of planes in `[-1, 1]`.
pub fn colour(values: &[f32], channels: usize, [height, width]: [usize; 2], place: usize) -> [u8; 3] {
    let plane =
        |channel: usize| values.get(channel.min(channels - 1) * height * width + place).copied().unwrap_or_default();
    [0, 1, 2].map(|channel| ((plane(channel).clamp(-1.0, 1.0) + 1.0) * 127.5).round() as u8)
}

/// The picture in grey below a residual from 0 to 1: clear, then red, then yellow.
pub fn heated([red, green, blue]: [u8; 3], residual: f32) -> [u8; 3] {
    let grey = 0.299 * f32::from(red) + 0.587 * f32::from(green) + 0.114 * f32::from(blue);
    let share = residual.clamp(0.0, 1.0);
    let hot = [255.0, 255.0 * ((share - 0.5) * 2.0).max(0.0), 0.0];
    let alpha = (share * 2.0).min(1.0);
    hot.map(|hot| (0.7 * grey * (1.0 - alpha) + hot * alpha).round() as u8)
}

/// PNG as a `data:` address.
fn picture([height, width]: [usize; 2], colour: impl Fn(usize) -> [u8; 3]) -> Result<String> {
    let mut bytes = Cursor::new(Vec::new());
    let picture = RgbImage::from_fn(width as u32, height as u32, |x, y| Rgb(colour(y as usize * width + x as usize)));
    picture.write_to(&mut bytes, ImageFormat::Png)?;
    Ok(format!("data:image/png;base64,{}", STANDARD.encode(bytes.into_inner())))
}

/// Shares of normal and of judged pictures by score, and the threshold.
fn histogram(report: &Report) -> Markup {
    let normal = report.calibration.scores();
    let judged = report.judged.iter().map(|judged| judged.found.score).collect::<Vec<_>>();
    let all = || normal.iter().chain(&judged).copied().chain([report.threshold]);
    let (low, high) = (all().fold(f32::INFINITY, f32::min), all().fold(f32::NEG_INFINITY, f32::max));
    let width = (high - low).max(1e-6);
    let bin = |score: f32| (((score - low) / width * BINS as f32) as usize).min(BINS - 1);
    let shares = |scores: &[f32]| {
        let mut counts = [0_usize; BINS];
        scores.iter().for_each(|score| counts[bin(*score)] += 1);
        counts.map(|count| count as f64 / scores.len().max(1) as f64)
    };
    let both = [("normal", 2, shares(normal)), ("judged", 1, shares(&judged))];
    let highest = both.iter().flat_map(|(_, _, shares)| shares).copied().fold(0.0, f64::max).max(1e-9);
    let (left, top, right, bottom) = FRAME;
    let x = |score: f64| left + (score - f64::from(low)) / f64::from(width) * (right - left);
    let step = (right - left) / BINS as f64;
    html! {
        ul.legend { @for (name, colour, _) in &both { li { span.swatch.{ "c" (colour) } {} (name) } } li { "- - threshold" } }
        svg viewBox={ "0 0 " (SIZE.0) " " (SIZE.1) } role="img" aria-label="Shares of normal and judged pictures by score" {
            @for (_, colour, shares) in &both {
                @for (index, share) in shares.iter().enumerate().filter(|(_, share)| **share > 0.0) {
                    @let height = share / highest * (bottom - top);
                    rect.{ "c" (colour) } x=(format!("{:.1}", left + index as f64 * step)) y=(format!("{:.1}", bottom - height))
                        width=(format!("{:.1}", step - 1.0)) height=(format!("{height:.1}"))
                        style="fill: var(--c); fill-opacity: 0.55" {}
                }
            }
            line.axis x1=(left) x2=(right) y1=(bottom) y2=(bottom) {}
            @for value in series::ticks((f64::from(low), f64::from(high)), 6) {
                text.tick x=(format!("{:.1}", x(value))) y=(bottom + 17.0) text-anchor="middle" { (series::short(value)) }
            }
            @let at = format!("{:.1}", x(f64::from(report.threshold)));
            line.reference x1=(at) x2=(at) y1=(top) y2=(bottom) {}
            text.unit x=(right) y=(SIZE.1 - 4.0) text-anchor="end" { "score" }
        }
    }
}

fn table(report: &Report) -> Markup {
    html! {
        div.scroll {
            table {
                thead { tr { @for head in ["picture", "score", "p", "strange"] { th scope="col" { (head) } } } }
                tbody {
                    @for judged in report.judged.iter().take(ROWS) {
                        tr {
                            th scope="row" { (judged.picture.name) }
                            td { (format!("{:.5}", judged.found.score)) }
                            td { (format!("{:.4}", judged.p)) }
                            td { @if judged.is_strange { "yes" } }
                        }
                    }
                }
            }
        }
        @if report.judged.len() > ROWS { p.note { "The rest is in scores.csv." } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{data::wholes::Whole, measures::detection::Found};
    use forger_protocol::detect::{Calibration, Grid};

    fn judged(name: &str, score: f32) -> Judged {
        let found = Found { score, reconstruction: vec![0.0; 4], residual: vec![0.5; 4], map: vec![score; 4] };
        let picture = Whole { name: name.into(), grid: Grid::whole(2), pixels: vec![1.0; 4] };
        Judged { picture, found, p: 0.1, is_strange: score > 2.0 }
    }

    #[test]
    fn names_are_escaped_and_numbers_are_numbers() {
        for scores in [vec![3.0, 1.0], vec![1.0, 1.0]] {
            let report = Report {
                judged: scores.iter().map(|score| judged("<a & b>.png", *score)).collect(),
                calibration: Calibration::new(vec![1.0, 1.0, 1.0]).unwrap(),
                threshold: 1.0,
                channels: 1,
                lead: "two".into(),
                shown: 1,
            };
            let text = page(&report).unwrap();
            assert!(text.contains("&lt;a &amp; b&gt;.png") && !text.contains("<a &"), "{text}");
            assert!(!text.contains("NaN") && !text.contains("inf"), "{text}");
            assert_eq!(text.matches("data:image/png").count(), 3);
        }
    }

    #[test]
    fn what_is_the_same_is_not_hot() {
        assert_eq!(heated([255; 3], 0.0), [179; 3]);
        assert_eq!((heated([0; 3], 0.5), heated([9; 3], 7.0)), ([255, 0, 0], [255, 255, 0]));
    }
}
