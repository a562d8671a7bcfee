//! Round ticks for an axis that begins at nothing.

/// Most steps from nothing to the top.
const STEPS_MAX: i64 = 5;

/// An axis from 0 to a round top.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Axis {
    /// At least 1, and at least what it has to hold.
    pub(super) top: i64,
    /// From 0 to the top, evenly spaced.
    pub(super) ticks: Vec<i64>,
}

impl Axis {
    /// The axis that holds counts up to `most`.
    pub(super) fn up_to(most: i64) -> Self {
        let most = most.max(1);
        let step = step(most);
        let steps = most.div_euclid(step) + i64::from(most % step != 0);
        Self {
            top: step.saturating_mul(steps),
            ticks: (0..=steps).map(|tick| tick.saturating_mul(step)).collect(),
        }
    }
}

/// The least of 1, 2, 5, 10, 20, 50 and so on with which few steps reach so far.
fn step(most: i64) -> i64 {
    let mut ten = 1_i64;
    loop {
        for round in [1, 2, 5] {
            let step = ten.saturating_mul(round);
            if step.saturating_mul(STEPS_MAX) >= most {
                return step;
            }
        }
        ten = ten.saturating_mul(10);
    }
}

#[cfg(test)]
mod tests {
    use super::Axis;

    #[test]
    fn ticks_are_round_few_and_reach_the_most() {
        for (most, ticks) in [
            (0, &[0, 1][..]),
            (3, &[0, 1, 2, 3]),
            (7, &[0, 2, 4, 6, 8]),
            (99, &[0, 20, 40, 60, 80, 100]),
            (1001, &[0, 500, 1000, 1500]),
            (45_000, &[0, 10_000, 20_000, 30_000, 40_000, 50_000]),
        ] {
            assert_eq!(Axis::up_to(most).ticks, ticks, "{most}");
        }
        let far = Axis::up_to(i64::MAX);
        assert!(far.top > 0 && far.ticks.len() <= 7);
    }
}
