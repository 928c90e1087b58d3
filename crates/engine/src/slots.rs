//! What must never be lost, in two files in turn: one is written while the other is whole, so that a write that is cut off
//! leaves the state before.

use sha2::{Digest as _, Sha256};

/// Begins each file.
const MAGIC: &[u8; 8] = b"forger\x00\x01";
/// Magic, number, lengths of both parts and SHA-256 of what follows.
const HEAD: usize = 8 + 8 + 8 + 8 + 32;
/// The longest description: a file that claims more is none of ours.
const LONGEST: u64 = 1 << 20;

/// How a file begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// Grows with each write: the higher one is the newer.
    pub number: u64,
    description: u64,
    content: u64,
    sum: [u8; 32],
}

/// Bytes that say all about a file but for its content, if its description is no longer than usual.
pub const BEGINNING: usize = 1 << 16;

/// The beginning of a file with this description, which is followed by the content.
pub fn head(number: u64, description: &[u8], content: &[u8]) -> Vec<u8> {
    let mut head = MAGIC.to_vec();
    head.extend(number.to_le_bytes());
    head.extend((description.len() as u64).to_le_bytes());
    head.extend((content.len() as u64).to_le_bytes());
    head.extend(sum(description, content));
    head.extend(description);
    head
}

fn sum(description: &[u8], content: &[u8]) -> [u8; 32] {
    Sha256::new().chain_update(description).chain_update(content).finalize().into()
}

impl Head {
    /// Of a file of this size; `None` for one that was cut off, and for any other file.
    pub fn of(beginning: &[u8], size: u64) -> Option<Self> {
        let rest = beginning.strip_prefix(MAGIC)?;
        let number = |place: usize| Some(u64::from_le_bytes(rest.get(place..place + 8)?.try_into().ok()?));
        let head = Self {
            number: number(0)?,
            description: number(8)?,
            content: number(16)?,
            sum: rest.get(24..56)?.try_into().ok()?,
        };
        let whole = (HEAD as u64).checked_add(head.description)?.checked_add(head.content)?;
        (head.description <= LONGEST && whole == size).then_some(head)
    }

    /// The description, as far as the beginning has it.
    pub fn description<'a>(&self, beginning: &'a [u8]) -> Option<&'a [u8]> {
        beginning.get(HEAD..HEAD + self.description as usize)
    }

    /// The content of a whole file; `None` where a byte has changed.
    pub fn content<'a>(&self, file: &'a [u8]) -> Option<&'a [u8]> {
        let description = self.description(file)?;
        let content = file.get(HEAD + description.len()..)?;
        (sum(description, content) == self.sum).then_some(content)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(number: u64) -> Vec<u8> {
        let content = b"weights";
        [head(number, b"{}", content), content.to_vec()].concat()
    }

    #[test]
    fn a_whole_file_reads() {
        let file = file(3);
        let head = Head::of(&file[..BEGINNING.min(HEAD + 2)], file.len() as u64).unwrap();
        assert_eq!(head.number, 3);
        assert_eq!(head.description(&file), Some(&b"{}"[..]));
        assert_eq!(head.content(&file), Some(&b"weights"[..]));
    }

    #[test]
    fn a_file_that_was_cut_off_anywhere_or_changed_does_not() {
        let file = file(3);
        for length in 0..file.len() {
            assert_eq!(Head::of(&file[..length], length as u64), None, "{length}");
        }
        for place in 0..file.len() {
            let mut changed = file.clone();
            changed[place] ^= 1;
            let content = Head::of(&changed, changed.len() as u64).and_then(|head| {
                let whole = head.content(&changed)?;
                Some((head.number, whole.to_vec()))
            });
            // The number alone is in no sum: it says which of two whole files is newer.
            let is_number = (8..16).contains(&place);
            assert_eq!(content.is_some(), is_number, "{place}");
        }
    }

    #[test]
    fn what_a_file_claims_takes_no_memory() {
        let mut huge = file(1);
        huge[16..24].copy_from_slice(&u64::MAX.to_le_bytes());
        assert_eq!(Head::of(&huge, huge.len() as u64), None);
    }
}
