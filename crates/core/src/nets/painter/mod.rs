//! A trained generator in plain loops, for drawing on a CPU.

mod doubling;
mod maps;
mod picture;
mod product;
mod tanh;

use doubling::Doubling;
use maps::Maps;
use picture::Picture;
use product::Packed;

/// Pictures that are drawn together.
const GROUP: usize = 16;

/// A layer's weights and its bias.
pub struct Layer {
    pub weight: Vec<f32>,
    pub bias: Vec<f32>,
}

#[derive(Clone, Debug)]
pub struct Painter {
    /// Side of the first feature map.
    base: usize,
    /// Columns are places, then channels.
    project: Packed,
    bias: Vec<f32>,
    blocks: Vec<Doubling>,
    out: Picture,
}

impl Painter {
    pub fn new(base: usize, project: Layer, blocks: Vec<Layer>, out: Layer) -> Self {
        let area = base * base;
        let columns = project.bias.len();
        let channels = columns / area;
        let moved = |column: usize| column % channels * area + column / channels;
        let depth = project.weight.len() / columns;
        Self {
            base,
            project: Packed::new(depth, columns, |row, column| project.weight[row * columns + moved(column)]),
            bias: (0..columns).map(|column| project.bias[moved(column)]).collect(),
            blocks: blocks.into_iter().map(|layer| Doubling::new(&layer.weight, layer.bias)).collect(),
            out: Picture::new(&out.weight, out.bias),
        }
    }

    /// z, `[count, latent_dim]`, to pictures `[count, channels, side, side]` in `[-1, 1]`.
    pub fn draw(&self, z: &[f32]) -> Vec<f32> {
        z.chunks(GROUP * self.project.depth()).flat_map(|z| self.draw_group(z)).collect()
    }

    fn draw_group(&self, z: &[f32]) -> Vec<f32> {
        let count = z.len() / self.project.depth();
        let columns = self.project.columns();
        let mut projected = vec![0.0; count * columns];
        self.project.multiply(z, &mut projected);
        let mut x = Maps::new(count, self.base, columns / (self.base * self.base));
        let (line, picture) = (self.base * x.channels, x.picture());
        for (index, projected) in projected.chunks_exact(columns).enumerate() {
            let lines = projected.chunks_exact(line).zip(self.bias.chunks_exact(line));
            for (row, (values, bias)) in lines.enumerate() {
                let start = index * picture + x.place(row, 0);
                let to = x.values[start..start + line].iter_mut();
                to.zip(values.iter().zip(bias)).for_each(|(to, (value, bias))| *to = relu(value + bias));
            }
        }
        let x = self.blocks.iter().fold(x, |x, block| block.relu(&x));
        self.out.draw(&x)
    }
}

/// Not `f32::max`, which is a call on WebAssembly, because it drops NaN; here NaN stays, so that a broken model is noticed.
#[inline(always)]
fn relu(x: f32) -> f32 {
    if x < 0.0 { 0.0 } else { x }
}
