//! A sparkline: how a number went, without axes.

use super::FULL;

/// Units from one span to the next.
const STEP: i64 = 10;

/// A line over its area.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::console) struct Spark {
    /// Width of the drawing; 0 where there is nothing to draw.
    pub(in crate::console) width: i64,
    /// Points of the line.
    pub(in crate::console) line: String,
    /// Points of the area under it.
    pub(in crate::console) area: String,
}

impl Spark {
    /// The line of these numbers; nothing where there are fewer than two or all are 0.
    pub(in crate::console) fn of(numbers: &[i64]) -> Self {
        let most = numbers.iter().copied().max().unwrap_or(0);
        if numbers.len() < 2 || most <= 0 {
            return Self::default();
        }
        let spans = i64::try_from(numbers.len() - 1).unwrap_or(0);
        let points: Vec<String> = (0..)
            .zip(numbers)
            .map(|(place, number)| {
                let height = number.max(&0).saturating_mul(FULL) / most;
                format!("{},{}", place * STEP, FULL - height)
            })
            .collect();
        let (line, width) = (points.join(" "), spans * STEP);
        let area = format!("0,{FULL} {line} {width},{FULL}");
        Self { width, line, area }
    }
}

#[cfg(test)]
mod tests {
    use super::Spark;

    #[test]
    fn the_highest_number_touches_the_top_and_none_the_bottom() {
        let spark = Spark::of(&[0, 4, 2]);
        assert_eq!((spark.width, spark.line.as_str()), (20, "0,1000 10,0 20,500"));
        assert_eq!(spark.area, "0,1000 0,1000 10,0 20,500 20,1000");
        for nothing in [&[][..], &[7], &[0, 0, 0]] {
            assert_eq!(Spark::of(nothing), Spark::default());
        }
    }
}
