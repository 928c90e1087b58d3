//! Transparency.

/// Gives clear pixels of RGBA `[height, width, 4]` the colours of what is visible beside them, `reach` pixels far: what is
/// interpolated or drawn by a network then finds no colour that nobody was to see. Alpha stays as it is.
pub fn bleed(rgba: &mut [u8], [height, width]: [usize; 2], reach: usize) {
    let mut is_known = rgba.chunks_exact(4).map(|pixel| pixel[3] > 0).collect::<Vec<_>>();
    if is_known.len() != height * width || is_known.iter().all(|known| *known) {
        return;
    }
    let beside = |at: usize| {
        let (row, column) = (at / width, at % width);
        let rows = row.saturating_sub(1)..(row + 2).min(height);
        rows.flat_map(move |y| (column.saturating_sub(1)..(column + 2).min(width)).map(move |x| y * width + x))
    };
    let is_edge = |is_known: &[bool], at: usize| !is_known[at] && beside(at).any(|other| is_known[other]);
    let mut edge = (0..is_known.len()).filter(|at| is_edge(&is_known, *at)).collect::<Vec<_>>();
    for _ in 0..reach {
        let mean = |at: usize| {
            let (mut sum, mut count) = ([0_u32; 3], 0);
            for other in beside(at).filter(|other| is_known[*other]) {
                sum.iter_mut().zip(&rgba[4 * other..]).for_each(|(sum, value)| *sum += u32::from(*value));
                count += 1;
            }
            sum.map(|sum| (sum / count.max(1)) as u8)
        };
        let means = edge.iter().map(|at| mean(*at)).collect::<Vec<_>>();
        for (at, mean) in edge.iter().zip(means) {
            rgba[4 * at..4 * at + 3].copy_from_slice(&mean);
            is_known[*at] = true;
        }
        let mut next = edge.iter().flat_map(|at| beside(*at)).filter(|at| !is_known[*at]).collect::<Vec<_>>();
        next.sort_unstable();
        next.dedup();
        if next.is_empty() {
            return;
        }
        edge = next;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_bleed_as_far_as_they_are_asked_to_and_alpha_stays() {
        // White in the middle of a clear row.
        let mut row = [0_u8; 4 * 9];
        row[16..20].copy_from_slice(&[255, 255, 255, 255]);
        let alphas = |row: &[u8]| row.iter().skip(3).step_by(4).copied().collect::<Vec<_>>();
        let before = alphas(&row);
        bleed(&mut row, [1, 9], 3);
        let reds = row.iter().step_by(4).copied().collect::<Vec<_>>();
        assert_eq!(reds, [0, 255, 255, 255, 255, 255, 255, 255, 0]);
        assert_eq!(alphas(&row), before);
    }

    #[test]
    fn what_is_visible_and_what_is_all_clear_stays() {
        let visible = [1, 2, 3, 1, 9, 8, 7, 255];
        let mut same = visible;
        bleed(&mut same, [1, 2], 5);
        assert_eq!(same, visible);
        let mut clear = [5, 6, 7, 0, 1, 2, 3, 0];
        bleed(&mut clear, [2, 1], 5);
        assert_eq!(clear, [5, 6, 7, 0, 1, 2, 3, 0]);
    }
}
