//! The brake on mass removal: a wrong certificate must not clear thousands of good tokens.

/// Verdicts that are looked back at.
const WINDOW: u32 = 128;
/// Dead ones among them from which on it is not believed.
const MOST_DEAD: u32 = 112;

/// The last verdicts of a lane, as one bit each: whether it would have cleared a token.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Brake(u128);

impl Brake {
    /// Notes a verdict; whether a token may be cleared now.
    pub(crate) const fn allows(&mut self, dead: bool) -> bool {
        self.0 = self.0 << 1 | dead as u128;
        self.0.count_ones() < MOST_DEAD
    }
}

const _: () = assert!(WINDOW == u128::BITS && MOST_DEAD < WINDOW);

#[cfg(test)]
mod tests {
    use super::Brake;

    #[test]
    fn tokens_are_cleared_until_almost_all_verdicts_call_them_dead() {
        let mut brake = Brake::default();
        let cleared = (0..1000).filter(|_| brake.allows(true)).count();
        assert_eq!(cleared, 111);
        (0..17).for_each(|_| {
            brake.allows(false);
        });
        assert!(brake.allows(true), "enough live tokens in between release it");
    }
}
