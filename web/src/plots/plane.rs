//! The plane of the toy GAN, layer over layer.

use forger_protocol::message::{EXTENT, MESH};
use web_sys::HtmlCanvasElement;

use super::{
    arrows,
    canvas::Space,
    contour, heat, mesh,
    scatter::{self, Mark, pairs},
    ways::{self, Ways},
};

/// What to draw; what is `None` is not. Maps are `[side, side]` from below, points `[n, 2]`.
#[derive(Default)]
pub struct Picture<'a> {
    pub side: usize,
    pub verdict: Option<&'a [f32]>,
    pub density: Option<&'a [f32]>,
    pub mesh: Option<&'a [f32]>,
    pub contour: Option<&'a [f32]>,
    pub real: Option<&'a [f32]>,
    pub fake: Option<&'a [f32]>,
    /// Where arrows begin, and what pushes there.
    pub push: Option<(&'a [f32], &'a [f32])>,
    /// Points to pick out.
    pub chosen: &'a [[f32; 2]],
    /// The ways of a search.
    pub ways: Option<Ways<'a>>,
    /// A spot to mark, where there need be no point.
    pub spot: Option<[f32; 2]>,
}

/// Draws the picture over what was there.
pub fn draw(canvas: &HtmlCanvasElement, picture: &Picture) {
    let Some(space) = Space::new(canvas, EXTENT) else { return };
    let size = (space.width / 180.0).clamp(1.4, 3.0);
    if let Some(map) = picture.verdict {
        heat::verdict(&space, picture.side, map);
    }
    if let Some(map) = picture.density {
        heat::density(&space, picture.side, map);
    }
    if let Some(points) = picture.mesh {
        mesh::draw(&space, points, MESH);
    }
    if let Some(map) = picture.contour {
        contour::draw(&space, picture.side, map, 0.5);
    }
    if let Some(points) = picture.real {
        scatter::draw(&space, pairs(points), "--real", Mark::Dot, size);
    }
    if let Some(points) = picture.fake {
        scatter::draw(&space, pairs(points), "--fake", Mark::Square, size);
    }
    if let Some((points, push)) = picture.push {
        arrows::draw(&space, points, push);
    }
    if !picture.chosen.is_empty() {
        scatter::draw(&space, picture.chosen.iter().copied(), "--ink", Mark::Ring, size + 2.0);
    }
    if let Some(found) = &picture.ways {
        ways::draw(&space, found);
    }
    if let Some(spot) = picture.spot {
        scatter::draw(&space, [spot].into_iter(), "--ink", Mark::Cross, 9.0);
    }
}
