//! Points spread evenly over the earth.

use super::Dataset;
use std::{f64::consts::PI, fmt::Write as _};

const POINTS: u32 = 1500;

/// Longitude and latitude in degrees of a point of the Fibonacci lattice.
fn point(index: u32) -> (f64, f64) {
    let turn = PI * (3.0 - 5.0_f64.sqrt());
    let height = 1.0 - (2.0 * f64::from(index) + 1.0) / f64::from(POINTS);
    let longitude = (turn * f64::from(index)).to_degrees().rem_euclid(360.0);
    (if longitude > 180.0 { longitude - 360.0 } else { longitude }, height.asin().to_degrees())
}

/// Climate belt by latitude alone.
fn belt(latitude: f64) -> &'static str {
    match latitude.abs() {
        polar if polar > 66.56 => "polar",
        temperate if temperate > 35.0 => "temperate",
        subtropical if subtropical > 23.44 => "subtropical",
        _ => "tropical",
    }
}

pub(super) fn points() -> Dataset {
    let mut json = String::from("{\"type\": \"FeatureCollection\", \"features\": [\n");
    for index in 0..POINTS {
        let (longitude, latitude) = point(index);
        let _ = writeln!(
            json,
            "{{\"type\": \"Feature\", \"geometry\": {{\"type\": \"Point\", \"coordinates\": [{longitude:.4}, {latitude:.4}]}}, \
             \"properties\": {{\"id\": {}, \"belt\": \"{}\"}}}}{}",
            index + 1,
            belt(latitude),
            if index + 1 == POINTS { "" } else { "," },
        );
    }
    json.push_str("]}\n");
    Dataset {
        file: "even-points-on-earth.geojson",
        name: "1,500 points spread evenly over the earth",
        author: "Surface Tension Samples",
        license: "CC0-1.0",
        price: "4",
        created: "2026-01-25T16:40:00Z",
        categories: &["Geography", "Statistics"],
        tags: &["geojson", "sampling", "grid", "equal area", "fibonacci"],
        columns: &[
            ("id", "From 1, beginning at the north pole", ""),
            ("belt", "tropical, subtropical, temperate or polar, by latitude alone", ""),
            ("longitude", "First coordinate, WGS 84", "°"),
            ("latitude", "Second coordinate, WGS 84", "°"),
        ],
        description: "\
A grid of equal degrees crowds at the poles: its averages are wrong. These 1,500 points stand for 340,000 km² each, wherever they are.

**Good for** sampling global rasters without weights, checking map projections, placing probes, and as a first GeoJSON file that is \
neither tiny nor huge.

**How it was made.** The Fibonacci lattice: each point is turned by the golden angle from the one before and lies in a band of its own, \
all bands of equal area. The mean distance to the nearest neighbour is about 550 km and varies by a few per cent only.

**Know before use.** The earth is taken as a sphere; on the ellipsoid areas differ by less than one per cent. About 71 of 100 points are in \
the sea. `belt` knows latitude only, nothing of mountains or currents.",
        bytes: json.into_bytes(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_are_spread_evenly() {
        let north = (0..POINTS).filter(|index| point(*index).1 > 30.0).count();
        assert_eq!(north, POINTS as usize / 4, "a quarter of the sphere is north of 30°");
        let east = (0..POINTS).filter(|index| (0.0..90.0).contains(&point(*index).0)).count();
        assert!((370..=380).contains(&east), "{east}");
    }
}
