//! Air: what it holds of water, and how it thins with height.

use super::Dataset;
use std::fmt::Write as _;

/// Saturation vapour pressure over water in hPa at a temperature in °C (Magnus, coefficients of the WMO).
fn saturation(celsius: f64) -> f64 {
    6.112 * (17.62 * celsius / (243.12 + celsius)).exp()
}

/// Temperature in °C at which this vapour pressure in hPa saturates.
fn dew_point(pressure: f64) -> f64 {
    let ratio = (pressure / 6.112).ln();
    243.12 * ratio / (17.62 - ratio)
}

pub(super) fn moist() -> Dataset {
    let mut csv = String::from("temperature,humidity,dew_point,vapour_pressure,absolute_humidity,mixing_ratio\n");
    for celsius in -20..=50 {
        for humidity in (5..=100).step_by(5) {
            let temperature = f64::from(celsius);
            let pressure = saturation(temperature) * f64::from(humidity) / 100.0;
            let _ = writeln!(
                csv,
                "{celsius},{humidity},{:.1},{pressure:.2},{:.2},{:.2}",
                dew_point(pressure),
                216.68 * pressure / (temperature + 273.15),
                621.98 * pressure / (1013.25 - pressure),
            );
        }
    }
    Dataset {
        file: "moist-air.csv",
        name: "Moist air: dew point and water content, -20 to 50 °C",
        author: "Surface Tension Samples",
        license: "CC-BY-4.0",
        price: "6",
        created: "2026-01-30T09:10:00Z",
        categories: &["Weather", "Engineering"],
        tags: &["humidity", "dew point", "building physics", "psychrometrics"],
        columns: &[
            ("temperature", "Temperature of the air", "°C"),
            ("humidity", "Relative humidity over water", "%"),
            ("dew_point", "Temperature at which water condenses", "°C"),
            ("vapour_pressure", "Partial pressure of the water vapour", "hPa"),
            ("absolute_humidity", "Water in a cubic metre", "g/m³"),
            ("mixing_ratio", "Water for each kilogram of dry air, at 1013.25 hPa", "g/kg"),
        ],
        description: "\
A psychrometric chart as a table: 1,420 rows for each degree from -20 to 50 °C and each five per cent of humidity.

**Good for** judging mould and condensation in buildings, sizing ventilation and driers, storing grain or museum pieces, and for weather stations \
without a library: look up, interpolate, done.

**How it was made.** Magnus' formula with the coefficients of the World Meteorological Organization (6.112 hPa, 17.62, 243.12 °C), always over \
liquid water, also below zero, as humidity sensors report it. The mixing ratio holds at sea level; the other columns at any pressure.

**How exact.** Vapour pressure within 0.3 % from -20 to 50 °C; linear interpolation between rows costs less than 0.2 K of dew point \
above 20 % humidity.",
        bytes: csv.into_bytes(),
    }
}

/// Layers of the standard atmosphere: geopotential height of the bottom in m, lapse rate in K/m.
const LAYERS: [(f64, f64); 7] = [
    (0.0, -0.0065),
    (11_000.0, 0.0),
    (20_000.0, 0.001),
    (32_000.0, 0.0028),
    (47_000.0, 0.0),
    (51_000.0, -0.0028),
    (71_000.0, -0.002),
];
/// Gravity times molar mass over the gas constant, K/m.
const HYDROSTATIC: f64 = 0.034_163_195;
/// Gas constant of dry air, J/(kg K).
const DRY_AIR: f64 = 287.052_87;

/// Temperature in K and pressure in Pa at a geopotential height in m.
fn standard(height: f64) -> (f64, f64) {
    let (mut temperature, mut pressure) = (288.15, 101_325.0);
    for (index, (bottom, lapse)) in LAYERS.iter().enumerate() {
        let top = LAYERS.get(index + 1).map_or(f64::MAX, |layer| layer.0).min(height);
        let climb = top - bottom;
        if *lapse == 0.0 {
            pressure *= (-HYDROSTATIC * climb / temperature).exp();
        } else {
            let above: f64 = temperature + lapse * climb;
            pressure *= (above / temperature).powf(-HYDROSTATIC / lapse);
            temperature = above;
        }
        if top >= height {
            break;
        }
    }
    (temperature, pressure)
}

pub(super) fn standard_atmosphere() -> Dataset {
    let mut json = String::from("[\n");
    let heights = (0..=80_000).step_by(100);
    for height in heights {
        let (temperature, pressure) = standard(f64::from(height));
        let _ = writeln!(
            json,
            "  {{\"height\": {height}, \"temperature\": {temperature:.2}, \"pressure\": {pressure:.4}, \"density\": {:.8}, \
             \"speed_of_sound\": {:.2}}}{}",
            pressure / (DRY_AIR * temperature),
            (1.4 * DRY_AIR * temperature).sqrt(),
            if height == 80_000 { "" } else { "," },
        );
    }
    json.push_str("]\n");
    Dataset {
        file: "standard-atmosphere.json",
        name: "Standard atmosphere from sea level to 80 km",
        author: "Surface Tension Samples",
        license: "CC-BY-4.0",
        price: "25",
        created: "2026-02-10T12:00:00Z",
        categories: &["Engineering", "Weather"],
        tags: &["aviation", "balloon", "pressure", "altitude", "json"],
        columns: &[
            ("height", "Geopotential height above mean sea level", "m"),
            ("temperature", "Temperature", "K"),
            ("pressure", "Pressure", "Pa"),
            ("density", "Density of dry air", "kg/m³"),
            ("speed_of_sound", "Speed of sound", "m/s"),
        ],
        description: "\
The International Standard Atmosphere every hundred metres: 801 objects of JSON with temperature, pressure, density and speed of sound.

**Good for** altimeters, drones, balloons and rockets; for turning a pressure into a height; for checking one's own implementation.

**How it was made.** The seven layers of the standard of 1976 (the same as ICAO's up to 32 km), integrated exactly within each layer from \
288.15 K and 1013.25 hPa at sea level.

**Know before use.** Heights are *geopotential*: at 80 km the geometric height is one kilometre more. The standard is a convention, \
not a forecast: on a winter's day in Siberia the ground may be 50 K colder than it says.",
        bytes: json.into_bytes(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values of the tables of 1976.
    #[test]
    fn the_layers_meet_the_published_tables() {
        for (height, temperature, pressure) in [
            (11_000.0, 216.65, 22_632.0),
            (20_000.0, 216.65, 5474.9),
            (32_000.0, 228.65, 868.02),
            (71_000.0, 214.65, 3.9564),
        ] {
            let (t, p) = standard(height);
            assert!((t - temperature).abs() < 0.01 && (p / pressure - 1.0).abs() < 0.0005, "{height}: {t} K, {p} Pa");
        }
    }

    #[test]
    fn saturated_air_is_at_its_dew_point() {
        assert!((saturation(20.0) - 23.33).abs() < 0.05, "{}", saturation(20.0));
        for celsius in -20..=50 {
            let celsius = f64::from(celsius);
            assert!((dew_point(saturation(celsius)) - celsius).abs() < 1e-9);
        }
    }
}
