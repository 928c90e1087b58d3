//! The pictures of a set: drawn now, or read from this machine.

use forger_avatars::Avatar;
use forger_core::data::{photos::Photo, squares::square};
use forger_protocol::{
    EngineError,
    runs::{DrawnSet, PictureSet},
};
use forger_simulators::{Simulator, digits::worn, shapes::Shape};

use crate::{
    channel::Caller,
    schedule::{now, yield_now},
    store::sets,
};

/// Pictures that the program draws for a run.
pub const DRAWN: usize = 2048;
/// Everybody draws the same.
const SEED: u32 = 1;
/// Of worn digits, which a refiner is shown as real ones: the same digits as its own, worn, would be pairs.
const SEED_OF_WORN: u32 = 2;
/// Of so many pictures in a row one is of the set for sure: every third face wears glasses.
const TRIES: u64 = 200;
/// Milliseconds of drawing between looks at what else is asked.
const SLICE: f64 = 50.0;

/// How many pictures a set has.
pub async fn count(set: &PictureSet) -> Result<usize, EngineError> {
    match set {
        PictureSet::Drawn(_) => Ok(DRAWN),
        PictureSet::Own(id) => Ok(sets::info(id).await?.count),
    }
}

/// At most so many pictures of a set, of this side, with progress.
pub async fn photos(caller: &Caller, set: &PictureSet, side: usize, most: usize) -> Result<Vec<Photo>, EngineError> {
    let (all, photos) = match set {
        PictureSet::Drawn(set) => return drawn(caller, *set, side, most.min(DRAWN)).await,
        PictureSet::Own(id) => {
            let photos = sets::photos(id, most).await?;
            (photos.len(), photos)
        }
    };
    let mut fitted = Vec::with_capacity(all);
    let mut start = now();
    for photo in photos {
        fitted.push(square(&photo, side));
        breathe(caller, &mut start, fitted.len(), all).await?;
    }
    Ok(fitted)
}

async fn drawn(caller: &Caller, set: DrawnSet, side: usize, count: usize) -> Result<Vec<Photo>, EngineError> {
    let mut photos = Vec::with_capacity(count);
    let (mut index, mut start) = (0, now());
    while photos.len() < count {
        photos.extend(draw(set, side, index));
        index += 1;
        breathe(caller, &mut start, photos.len(), count).await?;
    }
    Ok(photos)
}

/// The picture at this place of the endless row of a set, or the next one that is of the set.
pub fn one(set: DrawnSet, side: usize, number: u64) -> Option<Photo> {
    (number..number.saturating_add(TRIES)).find_map(|index| draw(set, side, index))
}

/// Gives way to the page now and then, and says how far it is.
async fn breathe(caller: &Caller, start: &mut f64, done: usize, all: usize) -> Result<(), EngineError> {
    if now() - *start > SLICE {
        caller.progress(done as f64, all as f64);
        yield_now().await;
        caller.wants_more()?;
        *start = now();
    }
    Ok(())
}

/// A picture of the endless row of a set, of this side; `None` for one that is not of the set.
fn draw(set: DrawnSet, side: usize, index: u64) -> Option<Photo> {
    let face = |wears: Option<bool>| {
        let avatar = Avatar::nth(SEED, index);
        let is_wanted = wears.is_none_or(|wears| avatar.attributes.eyeglasses == wears);
        is_wanted.then(|| sets::photo(&avatar.render(side), side))
    };
    match set {
        DrawnSet::Avatars => face(None),
        DrawnSet::Glasses => face(Some(true)),
        DrawnSet::NoGlasses => face(Some(false)),
        DrawnSet::Shapes => Some(sets::photo(&Shape::nth(SEED, index).render(side), side)),
        DrawnSet::Digits => Some(simulated(Simulator::Digits, &Simulator::Digits.nth(SEED, index).pixels, side)),
        DrawnSet::Eyes => Some(simulated(Simulator::Eyes, &Simulator::Eyes.nth(SEED, index).pixels, side)),
        DrawnSet::WornDigits => Some(simulated(Simulator::Digits, &worn::nth(SEED_OF_WORN, index), side)),
    }
}

/// The middle of a simulator's grey picture.
fn simulated(simulator: Simulator, grey: &[f32], side: usize) -> Photo {
    let (height, width) = simulator.size();
    let bytes = grey.iter().map(|value| (value * 255.0 + 0.5) as u8).collect::<Vec<_>>();
    square(&Photo { height, width, pixels: bytes.repeat(3) }, side)
}
