//! Pictures that are made of others, so that any set of pictures is a set of pairs.

use forger_protocol::runs::Derived;

use super::photos::Photo;
use crate::metrics::image::grey;

/// Brightness differences, of 255, at which a line is as dark as it gets.
const STRONG: f32 = 96.0;

/// What is made of a picture. Grey is that of BT.601 here, as programs that draw take colours away: what is given is a picture like
/// any other, and not what a network of grey ones sees.
pub fn derived(photo: &Photo, how: Derived) -> Photo {
    match how {
        Derived::Grey => of_grey(photo, grey(&photo.pixels).into_iter().map(|value| value as u8).collect()),
        Derived::Edges => of_grey(photo, edges(photo)),
        Derived::Small => {
            let quarter = |length: usize| (length / 4).max(1);
            photo.resized(quarter(photo.height), quarter(photo.width)).resized(photo.height, photo.width)
        }
    }
}

fn of_grey(photo: &Photo, values: Vec<u8>) -> Photo {
    Photo { pixels: values.repeat(3), ..*photo }
}

/// Black where the operator of Sobel and Feldman finds a strong change of brightness, white where it finds none.
fn edges(photo: &Photo) -> Vec<u8> {
    let Photo { height, width, .. } = *photo;
    let light = grey(&photo.pixels);
    let at = |row: isize, column: isize| {
        let row = row.clamp(0, height as isize - 1) as usize;
        let column = column.clamp(0, width as isize - 1) as usize;
        light[row * width + column]
    };
    let line = |pixel: usize| {
        let (row, column) = ((pixel / width) as isize, (pixel % width) as isize);
        let step = |down: [isize; 3], right: [isize; 3]| {
            let taps = [1.0, 2.0, 1.0].into_iter().zip(down.into_iter().zip(right));
            taps.map(|(weight, (down, right))| weight * at(row + down, column + right)).sum::<f32>()
        };
        const ALONG: [isize; 3] = [-1, 0, 1];
        let across = step(ALONG, [1; 3]) - step(ALONG, [-1; 3]);
        let down = step([1; 3], ALONG) - step([-1; 3], ALONG);
        let strength = (across * across + down * down).sqrt() / 4.0;
        (255.0 * (1.0 - (strength / STRONG).min(1.0))).round() as u8
    };
    (0..height * width).map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Black on the left, red on the right.
    fn halves() -> Photo {
        let pixels = (0..3 * 16 * 16).map(|at| if at < 256 && at % 16 >= 8 { 255 } else { 0 }).collect();
        Photo { height: 16, width: 16, pixels }
    }

    #[test]
    fn a_line_is_where_brightness_changes() {
        let lines = derived(&halves(), Derived::Edges);
        for (pixel, value) in lines.pixels.iter().enumerate() {
            let is_edge = [7, 8].contains(&(pixel % 16));
            assert_eq!(*value < 128, is_edge, "{pixel}: {value}");
        }
    }

    #[test]
    fn sizes_stay_and_colours_go() {
        let photo = halves();
        for how in Derived::ALL {
            assert_eq!(derived(&photo, how).shape(), photo.shape());
        }
        let grey = derived(&photo, Derived::Grey).pixels;
        assert_eq!((grey[15], grey[256 + 15], grey[512 + 15], grey[0]), (76, 76, 76, 0));
        let small = derived(&photo, Derived::Small).pixels;
        assert!((20..235).contains(&small[7]) && small[256..].iter().all(|value| *value == 0), "{:?}", &small[..16]);
    }
}
