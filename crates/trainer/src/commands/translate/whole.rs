//! A picture as a whole or, where it is large, in tiles.

use anyhow::{Context as _, Result, bail};
use burn::tensor::{Tensor, TensorData};
use forger_core::{
    data::photos::Photo,
    tiles::tiles,
    weights::{self, Translator},
};
use forger_protocol::{MOST_AT_ONCE, TranslatorConfig, Way};

use crate::device::values;

/// Side of a tile without its overlap, a multiple of what a network that is used in tiles halves sides by.
const TILE: usize = 768;

/// Refuses what neither fits as a whole nor in tiles: by the generator, as a refiner works in tiles. `is_fitted` if --fit was given.
pub fn check(generator: Option<&TranslatorConfig>, [height, width]: [usize; 2], is_fitted: bool) -> Result<()> {
    if let Some(generator) = generator.filter(|generator| !generator.takes([height, width])) {
        bail!(
            "{width} x {height} pixels, whose sides count as multiples of {}, are more than the {:.1} megapixels that this network, which \
             looks at all of a picture, is used for: {}",
            generator.multiple(),
            MOST_AT_ONCE as f64 / 1e6,
            if is_fitted { "cut the picture" } else { "--fit makes the picture smaller" }
        );
    }
    Ok(())
}

/// What the model makes of a picture, `[height, width, 3]`. `told` hears which part of how many is done.
pub fn make(translator: &Translator, way: Way, picture: &Photo, told: &dyn Fn(usize, usize)) -> Result<Vec<u8>> {
    let (size, config) = ([picture.height, picture.width], &translator.config);
    let reach = config.reach().filter(|_| (picture.height * picture.width) as u64 > MOST_AT_ONCE);
    let no_way = "the model has no way back";
    let Some(reach) = reach else {
        let input = TensorData::new(picture.values(), [1, 3, picture.height, picture.width]);
        let input = Tensor::from_data(input, &translator.device());
        let made = weights::to_bytes(&values(translator.translate(way, input).context(no_way)?)?);
        told(1, 1);
        return Ok(last(&made));
    };
    // So that each tile begins where the network's own grid does.
    let large = size.map(|side| side.div_ceil(config.multiple()) * config.multiple());
    let large_picture = mirrored(picture, large).values();
    let tiles = tiles(large, TILE, reach);
    let mut made = vec![0.0; 3 * large[0] * large[1]];
    for (index, tile) in tiles.iter().enumerate() {
        let input = tile.cut(&large_picture, large, &translator.device());
        let output = values(translator.translate(way, input).context(no_way)?)?;
        tile.paste(&output, 1, &mut made, large);
        told(index + 1, tiles.len());
    }
    let made = Photo { height: large[0], width: large[1], pixels: weights::to_bytes(&made) };
    Ok(last(&made.cut(0, 0, size[0], size[1]).pixels))
}

/// Planes as pixels.
fn last(planes: &[u8]) -> Vec<u8> {
    let area = planes.len() / 3;
    (0..planes.len()).map(|at| planes[at % 3 * area + at / 3]).collect()
}

/// The picture, mirrored at its lower and right edge up to this size.
fn mirrored(picture: &Photo, [height, width]: [usize; 2]) -> Photo {
    let inside = |at: usize, length: usize| if at < length { at } else { (2 * length - 2).saturating_sub(at) };
    let mut pixels = Vec::with_capacity(3 * height * width);
    for plane in picture.pixels.chunks_exact((picture.height * picture.width).max(1)) {
        for row in (0..height).map(|row| inside(row, picture.height)) {
            let line = &plane[row * picture.width..(row + 1) * picture.width];
            pixels.extend((0..width).map(|column| line[inside(column, picture.width)]));
        }
    }
    Photo { height, width, pixels }
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::Device;
    use forger_core::nets::translator::Translator as Network;
    use forger_protocol::{CycleganConfig, Normalization, Pix2pixConfig, Random, Stream};

    #[test]
    fn in_tiles_a_picture_is_what_it_is_as_a_whole() {
        let generator = TranslatorConfig { normalization: Normalization::None, ..TranslatorConfig::resnet(1, 1) };
        let random = &mut Random::new(3, Stream::Weights);
        let network = Network::new(&generator, random, &Device::flex()).unwrap();
        let config = CycleganConfig { generator, ..CycleganConfig::default() };
        let translator = Translator::cyclegan(config, network, None, [None, None]);
        let (height, width) = (1101, 1402);
        let pixels = (0..3 * height * width).map(|at| ((at * at / 7) % 251 + at % 5) as u8).collect();
        let picture = Photo { height, width, pixels };
        let heard = std::cell::RefCell::new(Vec::new());
        let made = make(&translator, Way::Forward, &picture, &|part, of| heard.borrow_mut().push((part, of))).unwrap();
        assert_eq!((made.len(), heard.into_inner()), (3 * height * width, (1..=4).map(|part| (part, 4)).collect()));
        let input = TensorData::new(picture.values(), [1, 3, height, width]);
        let whole = translator.translate(Way::Forward, Tensor::from_data(input, &Device::flex())).unwrap();
        let whole = last(&weights::to_bytes(&values(whole).unwrap()));
        assert!(made.iter().zip(&whole).all(|(a, b)| a.abs_diff(*b) <= 1));
        assert!(make(&translator, Way::Backward, &picture, &|_, _| {}).is_err());
    }

    #[test]
    fn a_network_that_sees_all_is_not_shown_parts() {
        let unet = Pix2pixConfig::default().generator;
        let refused = |size, is_fitted| check(Some(&unet), size, is_fitted).unwrap_err().to_string();
        assert!(check(Some(&unet), [1200, 1200], false).is_ok() && check(None, [5000, 5000], false).is_ok());
        assert!(check(Some(&TranslatorConfig::resnet(8, 6)), [5000, 5000], false).is_ok());
        assert!(refused([1300, 1200], false).contains("--fit"));
        assert!(refused([256, 9000], true).ends_with("cut the picture"));
        // Of few pixels, but not once they are filled up.
        assert!(refused([140_000, 10], false).contains("multiples of 256"));
    }
}
