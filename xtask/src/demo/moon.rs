//! Phases of the moon, after J. Meeus, Astronomical Algorithms, chapter 49 (terms down to 0.0002 days).

use super::{Dataset, date};
use std::fmt::Write as _;

const NAMES: [&str; 4] = ["new moon", "first quarter", "full moon", "last quarter"];

/// Days by which the true phase differs from the mean one: factor, power of the earth's eccentricity, and how often
/// sun's anomaly, moon's anomaly and argument of latitude enter the sine.
type Term = (f64, i32, f64, f64, f64);

const NEW: [Term; 14] = [
    (-0.40720, 0, 0.0, 1.0, 0.0),
    (0.17241, 1, 1.0, 0.0, 0.0),
    (0.01608, 0, 0.0, 2.0, 0.0),
    (0.01039, 0, 0.0, 0.0, 2.0),
    (0.00739, 1, -1.0, 1.0, 0.0),
    (-0.00514, 1, 1.0, 1.0, 0.0),
    (0.00208, 2, 2.0, 0.0, 0.0),
    (-0.00111, 0, 0.0, 1.0, -2.0),
    (-0.00057, 0, 0.0, 1.0, 2.0),
    (0.00056, 1, 1.0, 2.0, 0.0),
    (-0.00042, 0, 0.0, 3.0, 0.0),
    (0.00042, 1, 1.0, 0.0, 2.0),
    (0.00038, 1, 1.0, 0.0, -2.0),
    (-0.00024, 1, -1.0, 2.0, 0.0),
];
const FULL: [Term; 14] = [
    (-0.40614, 0, 0.0, 1.0, 0.0),
    (0.17302, 1, 1.0, 0.0, 0.0),
    (0.01614, 0, 0.0, 2.0, 0.0),
    (0.01043, 0, 0.0, 0.0, 2.0),
    (0.00734, 1, -1.0, 1.0, 0.0),
    (-0.00515, 1, 1.0, 1.0, 0.0),
    (0.00209, 2, 2.0, 0.0, 0.0),
    (-0.00111, 0, 0.0, 1.0, -2.0),
    (-0.00057, 0, 0.0, 1.0, 2.0),
    (0.00056, 1, 1.0, 2.0, 0.0),
    (-0.00042, 0, 0.0, 3.0, 0.0),
    (0.00042, 1, 1.0, 0.0, 2.0),
    (0.00038, 1, 1.0, 0.0, -2.0),
    (-0.00024, 1, -1.0, 2.0, 0.0),
];
const QUARTER: [Term; 15] = [
    (-0.62801, 0, 0.0, 1.0, 0.0),
    (0.17172, 1, 1.0, 0.0, 0.0),
    (-0.01183, 1, 1.0, 1.0, 0.0),
    (0.00862, 0, 0.0, 2.0, 0.0),
    (0.00804, 0, 0.0, 0.0, 2.0),
    (0.00454, 1, -1.0, 1.0, 0.0),
    (0.00204, 2, 2.0, 0.0, 0.0),
    (-0.00180, 0, 0.0, 1.0, -2.0),
    (-0.00070, 0, 0.0, 1.0, 2.0),
    (-0.00040, 0, 0.0, 3.0, 0.0),
    (-0.00034, 1, -1.0, 2.0, 0.0),
    (0.00032, 1, 1.0, 0.0, 2.0),
    (0.00032, 1, 1.0, 0.0, -2.0),
    (-0.00028, 2, 2.0, 1.0, 0.0),
    (0.00027, 1, 1.0, 2.0, 0.0),
];

/// Julian day, dynamical time, of the phase with this number; 0 is the new moon of 6 January 2000, 1 the quarter after it.
fn instant(phase: i64) -> f64 {
    let k = phase as f64 / 4.0;
    let t = k / 1236.85;
    let (t2, t3, t4) = (t * t, t * t * t, t * t * t * t);
    let mean = 2_451_550.097_66 + 29.530_588_861 * k + 0.000_154_37 * t2 - 0.000_000_150 * t3 + 0.000_000_000_73 * t4;
    let eccentricity = 1.0 - 0.002_516 * t - 0.000_007_4 * t2;
    let sun = (2.5534 + 29.105_356_70 * k - 0.000_001_4 * t2 - 0.000_000_11 * t3).to_radians();
    let moon = (201.5643 + 385.816_935_28 * k + 0.010_758_2 * t2 + 0.000_012_38 * t3 - 0.000_000_058 * t4).to_radians();
    let latitude =
        (160.7108 + 390.670_502_84 * k - 0.001_611_8 * t2 - 0.000_002_27 * t3 + 0.000_000_011 * t4).to_radians();
    let node = (124.7746 - 1.563_755_88 * k + 0.002_067_2 * t2 + 0.000_002_15 * t3).to_radians();
    let kind = phase.rem_euclid(4);
    let terms: &[Term] = match kind {
        0 => &NEW,
        2 => &FULL,
        _ => &QUARTER,
    };
    let periodic: f64 = terms
        .iter()
        .map(|(factor, power, s, m, f)| factor * eccentricity.powi(*power) * (s * sun + m * moon + f * latitude).sin())
        .sum();
    let quarter = 0.00306 - 0.00038 * eccentricity * sun.cos() + 0.00026 * moon.cos() - 0.00002 * (moon - sun).cos()
        + 0.00002 * (moon + sun).cos()
        + 0.00002 * (2.0 * latitude).cos();
    let shift = match kind {
        1 => quarter,
        3 => -quarter,
        _ => 0.0,
    };
    mean + periodic - 0.00017 * node.sin() + shift
}

/// Seconds by which dynamical time is ahead of universal time (Espenak and Meeus, 2005 to 2050).
fn ahead(julian_day: f64) -> f64 {
    let years = (julian_day - 2_451_545.0) / 365.25;
    62.92 + 0.322_17 * years + 0.005_589 * years * years
}

pub(super) fn phases() -> Dataset {
    let mut csv = String::from("date,time,phase,days_since_new,cycle\n");
    let first = (2020.0_f64 - 2000.0) * 12.3685 * 4.0;
    let mut new_moon = 0.0;
    for number in first as i64 - 8..first as i64 + 1600 {
        let at = instant(number);
        let universal = at - ahead(at) / 86_400.0;
        if number.rem_euclid(4) == 0 {
            new_moon = universal;
        }
        let minutes = ((universal + 0.5) * 1440.0).round() as i64;
        let day = date(minutes.div_euclid(1440));
        if !("2020-01-01".."2050-01-01").contains(&day.as_str()) {
            continue;
        }
        let of_day = minutes.rem_euclid(1440);
        let _ = writeln!(
            csv,
            "{day},{:02}:{:02},{},{:.2},{}",
            of_day / 60,
            of_day % 60,
            NAMES[number.rem_euclid(4) as usize],
            universal - new_moon,
            number.div_euclid(4) + 953,
        );
    }
    Dataset {
        file: "moon-phases-2020-2049.csv",
        name: "Moon phases 2020 to 2049, to the minute",
        author: "Surface Tension Samples",
        license: "CC-BY-4.0",
        price: "3",
        created: "2026-01-12T10:30:00Z",
        categories: &["Astronomy", "Time"],
        tags: &["moon", "lunar calendar", "ephemeris", "tides", "photography"],
        columns: &[
            ("date", "Day, universal time", ""),
            ("time", "Time of the phase, universal time", "hh:mm"),
            ("phase", "Which of the four", ""),
            ("days_since_new", "Days since the new moon before; 0 for a new moon itself", "d"),
            ("cycle", "Number of the lunation, after Brown", ""),
        ],
        description: "\
Every new moon, quarter and full moon of thirty years: about 1,480 rows, each with its time in UTC.

**Good for** fishing and tide forecasts, planning night photography, lunar calendars, and studies that ask whether something follows \
the moon. `days_since_new` saves the join that such studies begin with.

**How it was made.** Computed with the method of J. Meeus (*Astronomical Algorithms*, chapter 49), all terms above 20 seconds kept, \
and converted from dynamical to universal time with the usual estimate of the earth's slowing rotation.

**How exact.** Within about two minutes until 2030. Later rows depend on a forecast of the earth's rotation and may be off by half \
a minute more. Times are those of the phase itself, the same all over the world; whether the moon is above your horizon is another \
question.",
        bytes: csv.into_bytes(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Meeus' own examples 49.a and 49.b.
    #[test]
    fn phases_agree_with_the_book() {
        let new_moon = instant(-283 * 4);
        assert!((new_moon - 2_443_192.651_18).abs() < 0.001, "{new_moon}");
        let last_quarter = instant(544 * 4 + 3);
        assert!((last_quarter - 2_467_636.491_86).abs() < 0.001, "{last_quarter}");
    }

    #[test]
    fn the_eclipse_of_april_2024_is_a_new_moon() {
        let text = String::from_utf8(phases().bytes).unwrap();
        let row = text.lines().find(|line| line.starts_with("2024-04-08")).unwrap();
        assert!(row.contains(",18:2") && row.contains("new moon,0.00"), "{row}");
    }
}
