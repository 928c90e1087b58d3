//! Bits whose chances are learned as they come, in little more room than they are surprising: a binary range coder (Martin 1979)
//! with carry, in the form that LZMA gave it. Whole numbers only, so that a link reads the same everywhere and for ever.

/// The chance of a 0, of `1 << BITS`.
#[derive(Clone, Copy)]
pub struct Chance(u16);

const BITS: u32 = 15;
/// How fast a chance follows what comes: by the 16th part of the way.
const RATE: u32 = 4;
/// Below this the range gets another byte.
const LEAST: u32 = 1 << 24;

impl Chance {
    /// Of a bit of which nothing is known.
    pub const EVEN: Self = Self(1 << (BITS - 1));

    /// The part of a range that is a 0.
    const fn part(self, range: u32) -> u32 {
        (range >> BITS) * self.0 as u32
    }

    const fn learn(&mut self, bit: bool) {
        if bit {
            self.0 -= self.0 >> RATE;
        } else {
            self.0 += ((1 << BITS) - self.0) >> RATE;
        }
    }
}

/// Writes bits.
pub struct Encoder {
    low: u64,
    range: u32,
    /// The last byte that a carry may still change, and how many it goes through: of those behind it, all are 255.
    held: u8,
    pending: usize,
    bytes: Vec<u8>,
}

impl Encoder {
    pub const fn new() -> Self {
        Self { low: 0, range: u32::MAX, held: 0, pending: 0, bytes: Vec::new() }
    }

    pub fn put(&mut self, bit: bool, chance: &mut Chance) {
        let part = chance.part(self.range);
        chance.learn(bit);
        if bit {
            self.low += u64::from(part);
            self.range -= part;
        } else {
            self.range = part;
        }
        while self.range < LEAST {
            self.range <<= 8;
            self.shift();
        }
    }

    fn shift(&mut self) {
        let carry = (self.low >> 32) as u8;
        let top = (self.low >> 24) as u8;
        if carry == 1 || top != u8::MAX {
            // The first byte is that before the first, which is always 0: `finish` leaves it away.
            self.bytes.push(self.held.wrapping_add(carry));
            self.bytes.extend(std::iter::repeat_n(u8::MAX.wrapping_add(carry), self.pending));
            (self.held, self.pending) = (top, 0);
        } else {
            self.pending += 1;
        }
        self.low = (self.low & u64::from(LEAST - 1)) << 8;
    }

    /// What was written, without zeros at its end, which a decoder adds.
    pub fn finish(mut self) -> Vec<u8> {
        // Of all numbers in the range the one with the most zeros.
        self.low = (self.low + u64::from(LEAST - 1)) & !u64::from(LEAST - 1);
        for _ in 0..5 {
            self.shift();
        }
        let end = self.bytes.iter().rposition(|byte| *byte != 0).map_or(1, |last| last + 1);
        self.bytes[1..end.max(1)].to_vec()
    }
}

/// Reads bits: of whatever bytes, without end.
pub struct Decoder<'a> {
    code: u32,
    range: u32,
    bytes: std::slice::Iter<'a, u8>,
}

impl<'a> Decoder<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        let mut decoder = Self { code: 0, range: u32::MAX, bytes: bytes.iter() };
        for _ in 0..4 {
            decoder.shift();
        }
        decoder
    }

    fn shift(&mut self) {
        self.code = (self.code << 8) | u32::from(self.bytes.next().copied().unwrap_or_default());
    }

    pub fn take(&mut self, chance: &mut Chance) -> bool {
        let part = chance.part(self.range);
        let bit = self.code >= part;
        chance.learn(bit);
        if bit {
            self.code -= part;
            self.range -= part;
        } else {
            self.range = part;
        }
        while self.range < LEAST {
            self.range <<= 8;
            self.shift();
        }
        bit
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Random, Stream};

    #[test]
    fn bits_come_back_and_take_the_room_of_their_surprise() {
        for (seed, share) in [(1, 0.5), (2, 0.02), (3, 0.98), (4, 0.0), (5, 1.0)] {
            let random = &mut Random::new(seed, Stream::Data);
            let bits = (0..20_000).map(|_| random.uniform() < share).collect::<Vec<_>>();
            let (mut encoder, mut chance) = (Encoder::new(), Chance::EVEN);
            bits.iter().for_each(|bit| encoder.put(*bit, &mut chance));
            let bytes = encoder.finish();
            let (mut decoder, mut chance) = (Decoder::new(&bytes), Chance::EVEN);
            assert!(bits.iter().all(|bit| decoder.take(&mut chance) == *bit), "{share}");
            let bound = match seed {
                1 => 2800,
                2 | 3 => 500,
                _ => 20,
            };
            assert!(bytes.len() < bound, "{share}: {}", bytes.len());
        }
    }

    #[test]
    fn nothing_takes_nothing() {
        assert!(Encoder::new().finish().is_empty());
    }
}
