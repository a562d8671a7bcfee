//! Chance that falls alike in every run.

/// A sequence of numbers without any order to be seen (splitmix64).
#[derive(Debug, Clone)]
pub(super) struct Dice(u64);

impl Dice {
    pub(super) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below this one; 0 where that is 0.
    pub(super) const fn below(&mut self, most: u64) -> u64 {
        match most {
            0 => 0,
            most => self.next() % most,
        }
    }

    /// Whether what happens so often in a thousand happens.
    pub(super) const fn per_mille(&mut self, often: u64) -> bool {
        self.below(1000) < often
    }

    /// One of these, each as often as its weight says.
    pub(super) fn pick<T: Copy>(&mut self, choices: &[(T, u64)]) -> Option<T> {
        let mut place = self.below(choices.iter().map(|(_, weight)| weight).sum());
        choices.iter().find_map(|(choice, weight)| match place.checked_sub(*weight) {
            Some(rest) => {
                place = rest;
                None
            }
            None => Some(*choice),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Dice;

    #[test]
    fn the_dice_fall_alike_each_time_and_as_often_as_they_should() {
        let throw = || {
            let mut dice = Dice::new(7);
            (0..10_000).filter(|_| dice.per_mille(250)).count()
        };
        assert_eq!(throw(), throw());
        assert!((2300..2700).contains(&throw()), "{}", throw());
        let mut dice = Dice::new(1);
        assert_eq!(dice.pick(&[('a', 0), ('b', 5)]), Some('b'));
        assert_eq!(dice.pick::<char>(&[]), None);
    }
}
