//! Shapes in units of which the picture has 64 a side, whatever its size.

use tiny_skia::{
    Color, FillRule, GradientStop, LineCap, LineJoin, LinearGradient, Mask, Paint, Path, PathBuilder, Pixmap, Point,
    Rect, Shader, SpreadMode, Stroke, Transform,
};

use super::colour::Colour;

/// Units a side.
pub const SIDE: f32 = 64.0;

/// An outline, point by point.
#[derive(Default)]
pub struct Outline(PathBuilder);

impl Outline {
    pub fn from(x: f32, y: f32) -> Self {
        let mut path = PathBuilder::new();
        path.move_to(x, y);
        Self(path)
    }

    pub fn line(mut self, x: f32, y: f32) -> Self {
        self.0.line_to(x, y);
        self
    }

    /// A curve that leans towards a point.
    pub fn quad(mut self, [x1, y1]: [f32; 2], [x, y]: [f32; 2]) -> Self {
        self.0.quad_to(x1, y1, x, y);
        self
    }

    pub fn cubic(mut self, [x1, y1]: [f32; 2], [x2, y2]: [f32; 2], [x, y]: [f32; 2]) -> Self {
        self.0.cubic_to(x1, y1, x2, y2, x, y);
        self
    }

    pub fn circle(mut self, x: f32, y: f32, radius: f32) -> Self {
        self.0.push_circle(x, y, radius);
        self
    }

    pub fn oval(mut self, [x, y]: [f32; 2], [rx, ry]: [f32; 2]) -> Self {
        if let Some(rect) = Rect::from_ltrb(x - rx, y - ry, x + rx, y + ry) {
            self.0.push_oval(rect);
        }
        self
    }

    /// A box whose corners are round: 0 for a box, 1 for an oval.
    pub fn rounded(mut self, [x, y]: [f32; 2], [rx, ry]: [f32; 2], round: f32) -> Self {
        // How far a control point lies from the corner, for a quarter of an oval.
        let (ax, ay) = (rx * round, ry * round);
        let (kx, ky) = (ax * 0.45, ay * 0.45);
        let (left, right, top, bottom) = (x - rx, x + rx, y - ry, y + ry);
        self.0.move_to(left + ax, top);
        self.0.line_to(right - ax, top);
        self.0.cubic_to(right - kx, top, right, top + ky, right, top + ay);
        self.0.line_to(right, bottom - ay);
        self.0.cubic_to(right, bottom - ky, right - kx, bottom, right - ax, bottom);
        self.0.line_to(left + ax, bottom);
        self.0.cubic_to(left + kx, bottom, left, bottom - ky, left, bottom - ay);
        self.0.line_to(left, top + ay);
        self.0.cubic_to(left, top + ky, left + kx, top, left + ax, top);
        self.0.close();
        self
    }

    fn path(self) -> Option<Path> {
        self.0.finish()
    }
}

/// What a shape is filled with.
#[derive(Clone, Copy)]
pub enum Ink {
    Flat(Colour),
    /// From a point to a point.
    Blend([f32; 2], Colour, [f32; 2], Colour),
}

impl Ink {
    fn paint(self) -> Paint<'static> {
        let shader = match self {
            Self::Flat(colour) => Shader::SolidColor(skia(colour)),
            Self::Blend([x1, y1], first, [x2, y2], second) => LinearGradient::new(
                Point::from_xy(x1, y1),
                Point::from_xy(x2, y2),
                vec![GradientStop::new(0.0, skia(first)), GradientStop::new(1.0, skia(second))],
                SpreadMode::Pad,
                Transform::identity(),
            )
            .unwrap_or(Shader::SolidColor(skia(first))),
        };
        Paint { shader, ..Paint::default() }
    }
}

impl From<Colour> for Ink {
    fn from(colour: Colour) -> Self {
        Self::Flat(colour)
    }
}

fn skia(Colour { red, green, blue, alpha }: Colour) -> Color {
    let part = |value: f32| value.clamp(0.0, 1.0);
    Color::from_rgba(part(red), part(green), part(blue), part(alpha)).unwrap_or(Color::BLACK)
}

/// The picture while it is drawn.
pub struct Canvas {
    pixmap: Pixmap,
    scale: f32,
    place: Transform,
    clip: Option<Mask>,
}

impl Canvas {
    /// `None` for a side of 0, and for one beyond memory.
    pub fn new(side: usize) -> Option<Self> {
        let pixels = u32::try_from(side).ok()?;
        let scale = side as f32 / SIDE;
        let pixmap = Pixmap::new(pixels, pixels)?;
        Some(Self { pixmap, scale, place: Transform::from_scale(scale, scale), clip: None })
    }

    /// Everything that follows is turned (radians), sized and shifted around the point `around`.
    pub fn place(&mut self, around: [f32; 2], turn: f32, size: f32, shift: [f32; 2]) {
        // libm and not Transform::from_rotate: a seed means the same picture on every machine.
        let (sin, cos) = libm::sincosf(turn);
        let (sin, cos) = (sin * size, cos * size);
        self.place = Transform::from_row(cos, sin, -sin, cos, around[0] + shift[0], around[1] + shift[1])
            .pre_translate(-around[0], -around[1])
            .post_scale(self.scale, self.scale);
    }

    /// Everything that `draw` does stays inside an outline.
    pub fn within(&mut self, outline: Outline, draw: impl FnOnce(&mut Self)) {
        let mask = Mask::new(self.pixmap.width(), self.pixmap.height());
        if let (Some(mut mask), Some(path)) = (mask, outline.path()) {
            mask.fill_path(&path, FillRule::Winding, true, self.place);
            let before = self.clip.replace(mask);
            draw(self);
            self.clip = before;
        }
    }

    pub fn fill(&mut self, outline: Outline, ink: impl Into<Ink>) {
        if let Some(path) = outline.path() {
            let paint = ink.into().paint();
            self.pixmap.fill_path(&path, &paint, FillRule::Winding, self.place, self.clip.as_ref());
        }
    }

    /// Draws an outline as a line with round ends.
    pub fn line(&mut self, outline: Outline, width: f32, ink: impl Into<Ink>) {
        if let Some(path) = outline.path() {
            let stroke = Stroke { width, line_cap: LineCap::Round, line_join: LineJoin::Round, ..Stroke::default() };
            self.pixmap.stroke_path(&path, &ink.into().paint(), &stroke, self.place, self.clip.as_ref());
        }
    }

    /// Red, green and blue of every pixel. The picture must be covered by something opaque.
    pub fn finish(self) -> Vec<u8> {
        self.pixmap.data().chunks_exact(4).flat_map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect()
    }
}
