//! Where the planets stand, from Keplerian elements (E. M. Standish, JPL, valid 1800 to 2050).

use super::{Dataset, date, julian};
use std::fmt::Write as _;

/// Name; semi-major axis in au, eccentricity, inclination, mean longitude, longitude of perihelion, of the node, in degrees;
/// then the change of each in a century.
type Elements = (&'static str, [f64; 6], [f64; 6]);

const EARTH: Elements = (
    "Earth",
    [1.000_002_61, 0.016_711_23, -0.000_015_31, 100.464_571_66, 102.937_681_93, 0.0],
    [0.000_005_62, -0.000_043_92, -0.012_946_68, 35_999.372_449_81, 0.323_273_64, 0.0],
);
const PLANETS: [Elements; 7] = [
    (
        "Mercury",
        [0.387_099_27, 0.205_635_93, 7.004_979_02, 252.250_323_50, 77.457_796_28, 48.330_765_93],
        [0.000_000_37, 0.000_019_06, -0.005_947_49, 149_472.674_111_75, 0.160_476_89, -0.125_340_81],
    ),
    (
        "Venus",
        [0.723_335_66, 0.006_776_72, 3.394_676_05, 181.979_099_50, 131.602_467_18, 76.679_842_55],
        [0.000_003_90, -0.000_041_07, -0.000_788_90, 58_517.815_387_29, 0.002_683_29, -0.277_694_18],
    ),
    (
        "Mars",
        [1.523_710_34, 0.093_394_10, 1.849_691_42, -4.553_432_05, -23.943_629_59, 49.559_538_91],
        [0.000_018_47, 0.000_078_82, -0.008_131_31, 19_140.302_684_99, 0.444_410_88, -0.292_573_43],
    ),
    (
        "Jupiter",
        [5.202_887_00, 0.048_386_24, 1.304_396_95, 34.396_440_51, 14.728_479_83, 100.473_909_09],
        [-0.000_116_07, -0.000_132_53, -0.001_837_14, 3_034.746_127_75, 0.212_526_68, 0.204_691_06],
    ),
    (
        "Saturn",
        [9.536_675_94, 0.053_861_79, 2.485_991_87, 49.954_244_23, 92.598_878_31, 113.662_424_48],
        [-0.001_250_60, -0.000_509_91, 0.001_936_09, 1_222.493_622_01, -0.418_972_16, -0.288_677_94],
    ),
    (
        "Uranus",
        [19.189_164_64, 0.047_257_44, 0.772_637_83, 313.238_104_51, 170.954_276_30, 74.016_925_03],
        [-0.001_961_76, -0.000_043_97, -0.002_429_39, 428.482_027_85, 0.408_052_81, 0.042_405_89],
    ),
    (
        "Neptune",
        [30.069_922_76, 0.008_590_48, 1.770_043_47, -55.120_029_69, 44.964_762_27, 131.784_225_74],
        [0.000_262_91, 0.000_051_05, 0.000_353_72, 218.459_453_25, -0.322_414_64, -0.005_086_64],
    ),
];
/// Tilt of the earth's axis at J2000, degrees.
const OBLIQUITY: f64 = 23.439_28;

/// Heliocentric ecliptic coordinates, J2000, au.
fn heliocentric((_, base, rate): &Elements, julian_day: f64) -> [f64; 3] {
    let centuries = (julian_day - 2_451_545.0) / 36_525.0;
    let at = |index: usize| base[index] + rate[index] * centuries;
    let (axis, eccentricity) = (at(0), at(1));
    let (inclination, node, perihelion) = (at(2).to_radians(), at(5).to_radians(), at(4).to_radians());
    let mean = (at(3) - at(4)).rem_euclid(360.0).to_radians();
    let mut anomaly = mean + eccentricity * mean.sin();
    for _ in 0..12 {
        anomaly -= (anomaly - eccentricity * anomaly.sin() - mean) / (1.0 - eccentricity * anomaly.cos());
    }
    let x = axis * (anomaly.cos() - eccentricity);
    let y = axis * (1.0 - eccentricity * eccentricity).sqrt() * anomaly.sin();
    let (so, co) = (perihelion - node).sin_cos();
    let (sn, cn) = node.sin_cos();
    let (si, ci) = inclination.sin_cos();
    [
        (co * cn - so * sn * ci) * x + (-so * cn - co * sn * ci) * y,
        (co * sn + so * cn * ci) * x + (-so * sn + co * cn * ci) * y,
        so * si * x + co * si * y,
    ]
}

/// Right ascension and declination in degrees, distance in au, elongation from the sun in degrees; seen from the earth.
fn seen(planet: &Elements, julian_day: f64) -> (f64, f64, f64, f64) {
    let earth = heliocentric(&EARTH, julian_day);
    let place = heliocentric(planet, julian_day);
    let to: [f64; 3] = std::array::from_fn(|axis| place[axis] - earth[axis]);
    let length = |v: [f64; 3]| (v[0] * v[0] + v[1] * v[1] + v[2] * v[2]).sqrt();
    let (sin, cos) = OBLIQUITY.to_radians().sin_cos();
    let (y, z) = (cos * to[1] - sin * to[2], sin * to[1] + cos * to[2]);
    let distance = length(to);
    let towards_sun = -(earth[0] * to[0] + earth[1] * to[1] + earth[2] * to[2]) / (length(earth) * distance);
    (
        y.atan2(to[0]).to_degrees().rem_euclid(360.0),
        (z / distance).asin().to_degrees(),
        distance,
        towards_sun.clamp(-1.0, 1.0).acos().to_degrees(),
    )
}

pub(super) fn positions() -> Dataset {
    let mut lines = String::new();
    for day in (julian(2026, 1, 1)..julian(2028, 1, 1)).step_by(5) {
        for planet in &PLANETS {
            let (ascension, declination, distance, elongation) = seen(planet, day as f64 - 0.5);
            let _ = writeln!(
                lines,
                "{{\"date\":\"{}\",\"planet\":\"{}\",\"right_ascension\":{ascension:.3},\"declination\":{declination:.3},\
                 \"distance\":{distance:.4},\"elongation\":{elongation:.2}}}",
                date(day),
                planet.0,
            );
        }
    }
    Dataset {
        file: "planets-2026-2027.ndjson",
        name: "Where the planets stand, 2026 and 2027",
        author: "Surface Tension Samples",
        license: "CC-BY-4.0",
        price: "5",
        created: "2026-01-14T08:15:00Z",
        categories: &["Astronomy"],
        tags: &["planets", "ephemeris", "sky", "teaching", "ndjson"],
        columns: &[
            ("date", "Day, at 0 h", ""),
            ("planet", "Mercury, Venus, Mars, Jupiter, Saturn, Uranus or Neptune", ""),
            ("right_ascension", "Right ascension, J2000", "°"),
            ("declination", "Declination, J2000", "°"),
            ("distance", "Distance from the earth", "au"),
            ("elongation", "Angle between planet and sun; under 15° it is lost in daylight", "°"),
        ],
        description: "\
The seven planets as seen from the centre of the earth, every five days for two years: 1,022 lines of JSON.

**Good for** sky charts and planning an observation: sort by `elongation` to find when a planet stands opposite the sun (near 180°) \
or hides behind it (near 0°). `distance` says how large it will look.

**How it was made.** From the Keplerian elements with their changes that E. M. Standish of the Jet Propulsion Laboratory published for \
1800 to 2050; Kepler's equation solved to the last digit, earth subtracted, turned to the equator of J2000. The time light takes is \
not taken off.

**How exact.** A few hundredths of a degree for the inner planets, up to a fifth of a degree for Jupiter and Saturn. Enough to \
point a telescope with a finder; not enough for occultations.",
        bytes: lines.into_bytes(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jupiter_met_saturn_in_december_2020() {
        let day = julian(2020, 12, 21) as f64 + 0.25;
        let (jupiter, saturn) = (seen(&PLANETS[3], day), seen(&PLANETS[4], day));
        assert!((jupiter.0 - saturn.0).abs() < 0.4 && (jupiter.1 - saturn.1).abs() < 0.3, "{jupiter:?} {saturn:?}");
        // Published: 302.6° right ascension, -20.6° declination, 30° from the sun.
        assert!((jupiter.0 - 302.6).abs() < 0.5 && (jupiter.1 + 20.6).abs() < 0.4, "{jupiter:?}");
        assert!((jupiter.3 - 30.3).abs() < 1.0, "{jupiter:?}");
    }
}
