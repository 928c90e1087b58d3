//! The ways of a search, from each of its starts.

use super::{
    canvas::{Space, colour, dashed, trace},
    mesh::polyline,
    scatter::{self, Mark, pairs},
};

/// Ways through the plane, or through the noise.
pub struct Ways<'a> {
    /// `[steps + 1, starts, 2]`.
    pub places: &'a [f32],
    pub starts: usize,
    /// How much of them is shown.
    pub share: f64,
    /// Which of the places is nearest to what is searched for.
    pub nearest: usize,
    /// What is searched for, and how far it is from there.
    pub target: Option<([f32; 2], f32)>,
}

impl Ways<'_> {
    /// Steps that are shown now.
    fn shown(&self) -> usize {
        let steps = (self.places.len() / (2 * self.starts.max(1))).saturating_sub(1);
        (self.share.clamp(0.0, 1.0) * steps as f64) as usize
    }

    fn way(&self, start: usize, steps: usize) -> impl Iterator<Item = &[f32]> {
        self.places.chunks_exact(2).skip(start).step_by(self.starts.max(1)).take(steps + 1)
    }
}

/// Draws the ways, and once all of them are there which place is nearest.
pub fn draw(space: &Space, ways: &Ways) {
    if ways.starts == 0 {
        return;
    }
    let (context, steps) = (&space.context, ways.shown());
    context.begin_path();
    (0..ways.starts).for_each(|start| polyline(space, ways.way(start, steps)));
    context.set_stroke_style_str(&colour("--ink"));
    context.set_line_width(1.0);
    context.set_global_alpha(0.7);
    context.stroke();
    context.set_global_alpha(1.0);
    let heads = pairs(ways.places).skip(steps * ways.starts).take(ways.starts);
    scatter::draw(space, heads, "--ink", Mark::Dot, 2.5);
    if ways.share >= 1.0 {
        arrived(space, ways);
    }
}

fn arrived(space: &Space, ways: &Ways) {
    let Some(nearest) = pairs(ways.places).nth(ways.nearest) else { return };
    let context = &space.context;
    context.begin_path();
    polyline(space, ways.way(ways.nearest % ways.starts, ways.nearest / ways.starts));
    context.set_stroke_style_str(&colour("--ink"));
    context.set_line_width(2.2);
    context.stroke();
    scatter::draw(space, [nearest].into_iter(), "--ink", Mark::Ring, 5.0);
    let Some((target, distance)) = ways.target else { return };
    let (from, to) = (space.at(nearest[0], nearest[1]), space.at(target[0], target[1]));
    context.set_stroke_style_str(&colour("--bad"));
    context.set_line_width(2.0);
    dashed(context, || trace(context, [from, to]));
    scatter::draw(space, [target].into_iter(), "--bad", Mark::Cross, 6.0);
    // Half way, on a ground of its own: the maps below may have any colour.
    let (text, x, y) = (format!("{distance:.2}"), (from.0 + to.0) / 2.0 + 6.0, (from.1 + to.1) / 2.0 - 6.0);
    context.set_font("600 13px system-ui, sans-serif");
    context.set_line_width(4.0);
    context.set_stroke_style_str(&colour("--card"));
    let _ = context.stroke_text(&text, x, y);
    context.set_fill_style_str(&colour("--ink"));
    let _ = context.fill_text(&text, x, y);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_way_goes_through_the_places_of_its_start() {
        // Two starts, three steps.
        let places = (0..16).map(|value| value as f32).collect::<Vec<_>>();
        let ways = |share| Ways { places: &places, starts: 2, share, nearest: 0, target: None };
        assert_eq!([0.0, 0.4, 0.7, 1.0, 7.0, -1.0].map(|share| ways(share).shown()), [0, 1, 2, 3, 3, 0]);
        assert_eq!(ways(1.0).way(1, 2).collect::<Vec<_>>(), [[2.0, 3.0], [6.0, 7.0], [10.0, 11.0]]);
        let none = Ways { places: &[], starts: 0, share: 1.0, nearest: 0, target: None };
        assert_eq!((none.shown(), none.way(0, 5).count()), (0, 0));
    }
}
