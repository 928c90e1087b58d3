//! From attributes and look to pixels, from back to front.

mod anatomy;
mod beard;
mod canvas;
mod clothes;
mod colour;
mod features;
mod glasses;
mod hair;
mod hat;
mod head;

use anatomy::{Anatomy, EYES, X};
use canvas::{Canvas, Ink, Outline, SIDE};
use colour::{Colour, between};

use crate::{Avatar, Look};

/// The picture of an avatar, three bytes a pixel.
pub fn render(avatar: &Avatar, side: usize) -> Vec<u8> {
    let Some(mut canvas) = Canvas::new(side) else { return Vec::new() };
    let face = Anatomy::new(avatar);
    let look = face.look;
    ground(&mut canvas, look);

    // The head fills the picture up to its hat: glasses that a small network is to learn need pixels.
    let size = between(1.25, 1.35, look.size);
    let shift = [between(-1.0, 1.0, look.shift_x), between(1.0, 3.0, look.shift_y)];
    let tilt = between(-0.085, 0.085, look.tilt);
    let upright = |canvas: &mut Canvas| canvas.place([X, EYES], 0.0, size, shift);
    let tilted = |canvas: &mut Canvas| canvas.place([X, EYES], tilt, size, shift);

    tilted(&mut canvas);
    hair::behind(&mut canvas, &face);
    upright(&mut canvas);
    clothes::neck(&mut canvas, &face);
    clothes::clothes(&mut canvas, &face);
    tilted(&mut canvas);
    head::ears(&mut canvas, &face);
    head::head(&mut canvas, &face);
    features::nose(&mut canvas, &face);
    if avatar.attributes.beard {
        beard::beard(&mut canvas, &face);
    }
    features::mouth(&mut canvas, &face);
    features::eyes(&mut canvas, &face);
    features::brows(&mut canvas, &face);
    hair::before(&mut canvas, &face);
    if avatar.attributes.wearing_hat {
        hat::hat(&mut canvas, &face);
    }
    if avatar.attributes.eyeglasses {
        glasses::glasses(&mut canvas, &face);
    }
    canvas.finish()
}

fn ground(canvas: &mut Canvas, look: &Look) {
    let first =
        Colour::hsv(look.ground_hue, between(0.1, 0.42, look.ground_depth), between(0.72, 0.98, look.ground_kind));
    let second = Colour::hsv(
        look.ground_hue + 0.08,
        between(0.1, 0.42, look.ground_depth) + 0.08,
        between(0.6, 0.86, look.ground_kind),
    );
    let (sin, cos) = libm::sincosf(look.ground_turn * std::f32::consts::TAU);
    let middle = SIDE / 2.0;
    let ends = [-middle, middle].map(|reach| [middle + cos * reach, middle + sin * reach]);
    let whole = Outline::default().rounded([middle, middle], [middle + 1.0, middle + 1.0], 0.0);
    canvas.fill(whole, Ink::Blend(ends[0], first, ends[1], second));
}
