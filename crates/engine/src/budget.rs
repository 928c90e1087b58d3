//! How much memory open models may take together, and which have to go.

/// Bytes of all open models. A page shows one at a time: what else is open spares it a wait.
pub const MOST_BYTES: usize = 512 << 20;

/// How many models, of so many bytes each and in the order of their last use, must be closed so that the others fit: those that
/// were not used for longest. The last one stays, since it is the one that is asked for.
pub fn surplus(bytes: &[usize], most: usize) -> usize {
    let mut sum = bytes.iter().sum::<usize>();
    let mut closed = 0;
    while sum > most && closed + 1 < bytes.len() {
        sum -= bytes[closed];
        closed += 1;
    }
    closed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_models_that_were_not_used_for_longest_go_first() {
        assert_eq!(surplus(&[], 10), 0);
        assert_eq!(surplus(&[3, 3, 4], 10), 0);
        assert_eq!(surplus(&[1, 3, 4, 4], 10), 2, "one is not enough");
        assert_eq!(surplus(&[9, 1, 1], 10), 1);
    }

    #[test]
    fn the_model_that_is_asked_for_stays_whatever_it_takes() {
        assert_eq!(surplus(&[MOST_BYTES + 1], MOST_BYTES), 0);
        assert_eq!(surplus(&[1, 2, 11], 10), 2);
    }
}
