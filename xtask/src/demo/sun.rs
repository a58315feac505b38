//! Sunrise, sunset and length of day by latitude (NOAA's solar equations, after Spencer 1971).

use super::{Dataset, date, julian};
use std::{f64::consts::TAU, fmt::Write as _};

/// Degrees below the horizon at which the sun's upper edge appears: refraction and half its width.
const HORIZON: f64 = -0.833;

/// Minutes the sundial is ahead of the clock, and the sun's declination in radians.
fn sun(day_of_year: i64) -> (f64, f64) {
    let g = TAU / 365.0 * (day_of_year - 1) as f64;
    let minutes = 229.18
        * (0.000_075 + 0.001_868 * g.cos()
            - 0.032_077 * g.sin()
            - 0.014_615 * (2.0 * g).cos()
            - 0.040_849 * (2.0 * g).sin());
    let declination = 0.006_918 - 0.399_912 * g.cos() + 0.070_257 * g.sin() - 0.006_758 * (2.0 * g).cos()
        + 0.000_907 * (2.0 * g).sin()
        - 0.002_697 * (3.0 * g).cos()
        + 0.001_48 * (3.0 * g).sin();
    (minutes, declination)
}

/// Minutes of daylight, 0 to 1440.
fn daylight(latitude: f64, declination: f64) -> f64 {
    let latitude = latitude.to_radians();
    let cosine =
        (HORIZON.to_radians().sin() - latitude.sin() * declination.sin()) / (latitude.cos() * declination.cos());
    8.0 * cosine.clamp(-1.0, 1.0).acos().to_degrees()
}

pub(super) fn rise_and_set() -> Dataset {
    let mut csv = String::from("latitude,date,sunrise,sunset,daylight,noon_altitude\n");
    let clock = |minutes: f64| {
        let whole = minutes.round() as i64;
        format!("{:02}:{:02}", whole.div_euclid(60), whole.rem_euclid(60))
    };
    for latitude in (-65..=70).step_by(5) {
        for day in (1..=365).step_by(4) {
            let (ahead, declination) = sun(day);
            let minutes = daylight(f64::from(latitude), declination);
            let noon = 720.0 - ahead;
            let (rise, set) = if (1.0..1439.0).contains(&minutes) {
                (clock(noon - minutes / 2.0), clock(noon + minutes / 2.0))
            } else {
                (String::new(), String::new())
            };
            let altitude = 90.0 - (f64::from(latitude) - declination.to_degrees()).abs();
            let _ = writeln!(
                csv,
                "{latitude},{},{rise},{set},{},{altitude:.1}",
                date(julian(2026, 1, 1) + day - 1),
                minutes.round()
            );
        }
    }
    Dataset {
        file: "sunrise-by-latitude.csv",
        name: "Sunrise, sunset and length of day by latitude",
        author: "Surface Tension Samples",
        license: "CC-BY-4.0",
        price: "2",
        created: "2026-01-20T07:45:00Z",
        categories: &["Astronomy", "Time"],
        tags: &["sun", "daylight", "solar energy", "agriculture", "latitude"],
        columns: &[
            ("latitude", "Latitude, north positive, every 5° from -65 to 70", "°"),
            ("date", "Day of 2026, every fourth", ""),
            ("sunrise", "Upper edge of the sun appears, local mean time; empty in polar day and night", "hh:mm"),
            ("sunset", "Upper edge disappears, local mean time; empty in polar day and night", "hh:mm"),
            ("daylight", "Length of the day; 0 and 1440 are polar night and polar day", "min"),
            ("noon_altitude", "How high the sun stands at its highest; negative is below the horizon", "°"),
        ],
        description: "\
How long is the day at 50° north on the tenth of February? 2,576 rows for 28 latitudes answer it without a library.

**Good for** yields of solar panels, greenhouse and lighting schedules, agriculture, and for checking one's own sun code.

**How it was made.** NOAA's solar equations after Spencer (1971): equation of time and declination by Fourier series, the sun's upper \
edge on an ideal horizon with ordinary refraction (0.833° below).

**Know before use.** Times are *local mean time*: for clock time add four minutes for each degree west of your zone's meridian and \
subtract them east of it, then add summer time. Mountains, and air that bends light more than usual, shift the moment by minutes. \
Near the polar circles a few hundredths of a degree decide between a short day and none.",
        bytes: csv.into_bytes(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_as_long_as_almanacs_say() {
        let (_, june) = sun(172);
        assert!((june.to_degrees() - 23.44).abs() < 0.05);
        assert!((daylight(50.0, june) - 982.0).abs() < 3.0, "16 h 22 min at 50° north: {}", daylight(50.0, june));
        assert!((daylight(0.0, june) - 727.0).abs() < 1.5);
        assert!(daylight(70.0, june) > 1439.9);
        let (_, december) = sun(355);
        assert!(daylight(70.0, december) < 0.1);
        let (november, _) = sun(307);
        assert!((november - 16.4).abs() < 0.3, "the sundial is 16 minutes ahead in early November");
    }
}
