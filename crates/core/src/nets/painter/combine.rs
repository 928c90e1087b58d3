//! Four outputs of nine products, as [`super::doubling`] and [`super::halving`] share them.

/// Channels that are summed together.
const LANES: usize = 8;

/// The 2 x 2 outputs of nine products, row by row: `put` is given the place of each within the tile, the first channel and its
/// values and those of the next ones, the bias added.
#[inline(always)]
pub fn combine(terms: &[&[f32]; 9], bias: &[f32], mut put: impl FnMut([usize; 2], usize, &[f32])) {
    let mut channel = 0;
    while channel + LANES <= bias.len() {
        block::<LANES>(terms, bias, channel, &mut put);
        channel += LANES;
    }
    for channel in channel..bias.len() {
        block::<1>(terms, bias, channel, &mut put);
    }
}

#[inline(always)]
fn block<const N: usize>(
    terms: &[&[f32]; 9],
    bias: &[f32],
    channel: usize,
    put: &mut impl FnMut([usize; 2], usize, &[f32]),
) {
    let load = |values: &[f32]| -> [f32; N] {
        let values = &values[channel..channel + N];
        std::array::from_fn(|lane| values[lane])
    };
    let terms: [[f32; N]; 9] = std::array::from_fn(|term| load(terms[term]));
    let bias = load(bias);
    let upper: [[f32; N]; 3] = std::array::from_fn(|x| std::array::from_fn(|n| terms[x][n] + terms[3 + x][n]));
    let lower: [[f32; N]; 3] = std::array::from_fn(|x| std::array::from_fn(|n| terms[3 + x][n] - terms[6 + x][n]));
    for (down, half) in [upper, lower].iter().enumerate() {
        let left: [f32; N] = std::array::from_fn(|n| half[0][n] + half[1][n] + bias[n]);
        let right: [f32; N] = std::array::from_fn(|n| half[1][n] - half[2][n] + bias[n]);
        put([down, 0], channel, &left);
        put([down, 1], channel, &right);
    }
}
