//! Two invented waters, clearly said to be invented: a river with a sensor, and a harbour with a tide.

use super::{Dataset, date, julian};
use std::{f64::consts::TAU, fmt::Write as _};

/// Numbers that look random and are the same every time (Knuth's MMIX generator).
struct Dice(u64);

impl Dice {
    /// From -1 to 1.
    fn roll(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as f64 / f64::from(1_u32 << 31)) * 2.0 - 1.0
    }
}

/// Millimetres of rain in an hour: storms that begin now and then and fade.
fn rain(dice: &mut Dice, storm: &mut f64) -> f64 {
    *storm *= 0.82;
    if dice.roll() > 0.985 {
        *storm += 2.0 + 3.5 * dice.roll().abs();
    }
    if *storm < 0.1 { 0.0 } else { (*storm * (1.0 + 0.3 * dice.roll())).max(0.0) }
}

pub(super) fn river() -> Dataset {
    let mut csv = String::from("time,rain,level,discharge,temperature,conductivity,quality\n");
    let mut dice = Dice(2026);
    let (mut storm, mut soil, mut flow) = (0.0, 12.0, 6.0_f64);
    let start = julian(2025, 3, 1);
    for hour in 0..24 * 122_i64 {
        let fell = rain(&mut dice, &mut storm);
        // Two reservoirs: wet soil feeds the river slowly, heavy rain runs off at once.
        soil = soil * 0.9965 + fell * 0.7;
        let target = 2.2 + 0.28 * soil + 1.5 * (fell - 1.5).max(0.0);
        flow += (target - flow) * if target > flow { 0.16 } else { 0.035 };
        let level = 38.0 + 41.0 * flow.powf(0.55) + 0.5 * dice.roll();
        let days = hour as f64 / 24.0;
        let temperature = 11.5 - 6.5 * (TAU * (days + 25.0) / 365.0).cos() + 1.1 * (TAU * (days - 0.66)).cos()
            - 0.05 * flow
            + 0.1 * dice.roll();
        let conductivity = 710.0 / (1.0 + 0.055 * flow) + 4.0 * dice.roll();
        // What real sensors do: a dropout, and a week of growth on the electrode until somebody cleans it.
        let silent = (1201..1219).contains(&hour) || (2410..2413).contains(&hour);
        let dirty = (1700..1868).contains(&hour);
        let fouled = if dirty { 0.35 * (hour - 1700) as f64 } else { 0.0 };
        let quality = if silent {
            "missing"
        } else if dirty {
            "suspect"
        } else {
            "good"
        };
        let _ = write!(csv, "{}T{:02}:00Z,{fell:.1},", date(start + hour / 24), hour % 24);
        let _ = if silent {
            writeln!(csv, ",,,,{quality}")
        } else {
            writeln!(csv, "{level:.1},{flow:.2},{temperature:.1},{:.0},{quality}", conductivity - fouled)
        };
    }
    Dataset {
        file: "river-sensor-synthetic.csv",
        name: "A river by the hour (synthetic sensor data)",
        author: "Surface Tension Samples",
        license: "CC0-1.0",
        price: "12",
        created: "2026-02-02T13:20:00Z",
        categories: &["Environment", "Water"],
        tags: &["synthetic", "time series", "hydrology", "sensor", "anomaly detection"],
        columns: &[
            ("time", "Hour, universal time", ""),
            ("rain", "Rain in the hour before", "mm"),
            ("level", "Water level at the gauge", "cm"),
            ("discharge", "Water passing", "m³/s"),
            ("temperature", "Temperature of the water", "°C"),
            ("conductivity", "Electrical conductivity at 25 °C", "µS/cm"),
            ("quality", "good, suspect or missing", ""),
        ],
        description: "\
**Synthetic:** no such river exists. Four months of hourly readings (2,928 rows) of the kind a gauging station sends, made to be \
practised on.

**Good for** trying out pipelines, dashboards, forecasts and anomaly detection before real data arrive, with a known truth behind them.

**What is in it.**

- Rain falls in storms; the ground stores part of it, the rest runs off within hours. So the level rises fast and falls slowly.
- Conductivity sinks when rain dilutes the water; temperature follows season and hour.
- Two dropouts (18 and 3 hours) with empty fields, marked `missing`.
- From 10 May on the conductivity electrode grows over for a week and reads up to 58 µS/cm too low, marked `suspect`. Hide the \
column `quality`, and see whether your method finds it.

**How it was made.** A model of two reservoirs with a fixed random seed; the same program gives the same bytes.",
        bytes: csv.into_bytes(),
    }
}

/// Name, speed in degrees an hour, amplitude in metres and phase in degrees at the invented harbour.
const CONSTITUENTS: [(&str, f64, f64, f64); 7] = [
    ("M2", 28.984_104_2, 1.42, 214.0),
    ("S2", 30.0, 0.46, 251.0),
    ("N2", 28.439_729_5, 0.28, 190.0),
    ("K1", 15.041_068_6, 0.11, 24.0),
    ("O1", 13.943_035_6, 0.09, 351.0),
    ("P1", 14.958_931_4, 0.035, 20.0),
    ("M4", 57.968_208_4, 0.08, 122.0),
];
/// Mean level above chart datum.
const MEAN_LEVEL: f64 = 2.35;

fn tide(hours: f64) -> f64 {
    let swing =
        |(_, speed, amplitude, phase): &(&str, f64, f64, f64)| amplitude * (speed * hours - phase).to_radians().cos();
    MEAN_LEVEL + CONSTITUENTS.iter().map(swing).sum::<f64>()
}

pub(super) fn tides() -> Dataset {
    let mut csv = String::from("time,height,change,turn\n");
    let start = julian(2026, 4, 1);
    for half in 0..48 * 61_i64 {
        let hours = half as f64 / 2.0;
        let (before, now, after) = (tide(hours - 0.5), tide(hours), tide(hours + 0.5));
        let turn = if now > before && now >= after {
            "high"
        } else if now < before && now <= after {
            "low"
        } else {
            ""
        };
        let _ = writeln!(
            csv,
            "{}T{:02}:{:02}Z,{now:.2},{:.2},{turn}",
            date(start + half / 48),
            half % 48 / 2,
            half % 2 * 30,
            after - before
        );
    }
    Dataset {
        file: "tide-table-synthetic.csv",
        name: "Tide table of an invented harbour, April and May 2026",
        author: "Surface Tension Samples",
        license: "CC0-1.0",
        price: "8",
        created: "2026-02-02T15:00:00Z",
        categories: &["Water", "Oceans"],
        tags: &["synthetic", "tides", "harmonic analysis", "time series"],
        columns: &[
            ("time", "Time, universal time, every half hour", ""),
            ("height", "Height of the water above chart datum", "m"),
            ("change", "Change in the hour around this time; its largest values are the strongest currents", "m/h"),
            ("turn", "high or low where the tide turns within this half hour, else empty", ""),
        ],
        description: "\
**Synthetic: do not navigate by it.** The harbour is invented; the seven constituents that move its water have their real speeds. \
2,928 rows, two months of half hours, with springs and neaps.

**Good for** learning harmonic analysis: fit the seven speeds below, and you must find these amplitudes again, since nothing else is in \
the data but rounding.

- `M2` 28.9841042 °/h, 1.42 m
- `S2` 30.0000000 °/h, 0.46 m
- `N2` 28.4397295 °/h, 0.28 m
- `K1` 15.0410686 °/h, 0.11 m
- `O1` 13.9430356 °/h, 0.09 m
- `P1` 14.9589314 °/h, 0.035 m (two months are too short to part it from K1: a lesson in itself)
- `M4` 57.9682084 °/h, 0.08 m

Mean level 2.35 m. Heights are without weather: no wind, no pressure, no river.",
        bytes: csv.into_bytes(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_river_rises_fast_falls_slowly_and_stays_a_river() {
        let text = String::from_utf8(river().bytes).unwrap();
        let levels: Vec<f64> = text.lines().skip(1).filter_map(|line| line.split(',').nth(2)?.parse().ok()).collect();
        assert!(levels.iter().all(|level| (40.0..500.0).contains(level)));
        let (low, high) =
            levels.iter().fold((f64::MAX, 0.0_f64), |(low, high), level| (low.min(*level), high.max(*level)));
        assert!(high - low > 50.0, "storms are seen: {low} to {high}");
        assert_eq!(text.lines().filter(|line| line.ends_with("missing")).count(), 21);
    }

    #[test]
    fn two_high_waters_a_day() {
        let text = String::from_utf8(tides().bytes).unwrap();
        let high = text.lines().filter(|line| line.ends_with(",high")).count();
        assert!((116..=119).contains(&high), "61 days have 118 high waters: {high}");
    }
}
