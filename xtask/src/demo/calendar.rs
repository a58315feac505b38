//! One row a day, with all that reports group by.

use super::{Dataset, civil, date, julian};
use std::fmt::Write as _;

const WEEKDAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// Feasts that move with Easter, and by how many days.
const FEASTS: [(i64, &str); 8] = [
    (-46, "Ash Wednesday"),
    (-2, "Good Friday"),
    (0, "Easter Sunday"),
    (1, "Easter Monday"),
    (39, "Ascension"),
    (49, "Whit Sunday"),
    (50, "Whit Monday"),
    (60, "Corpus Christi"),
];

/// 0 is Monday.
fn weekday(julian_day: i64) -> i64 {
    julian_day.rem_euclid(7)
}

/// ISO 8601: the week belongs to the year its Thursday is in.
fn iso_week(julian_day: i64) -> (i64, i64) {
    let thursday = julian_day - weekday(julian_day) + 3;
    let (year, _, _) = civil(thursday);
    (year, (thursday - julian(year, 1, 1)) / 7 + 1)
}

/// Easter Sunday of the western churches (Meeus, Jones and Butcher).
fn easter(year: i64) -> i64 {
    let (a, b, c) = (year % 19, year / 100, year % 100);
    let (d, e) = (b / 4, b % 4);
    let g = (b - (b + 8) / 25 + 1) / 3;
    let h = (19 * a + b - d - g + 15) % 30;
    let (i, k) = (c / 4, c % 4);
    let l = (32 + 2 * e + 2 * i - h - k) % 7;
    let m = (a + 11 * h + 22 * l) / 451;
    let sum = h + l - 7 * m + 114;
    julian(year, sum / 31, sum % 31 + 1)
}

pub(super) fn days() -> Dataset {
    let mut csv = String::from("date,weekday,iso_week,quarter,day_of_year,days_left_in_month,weekend,feast\n");
    for day in julian(2024, 1, 1)..julian(2031, 1, 1) {
        let (year, month, _) = civil(day);
        let (week_year, week) = iso_week(day);
        let next_month = if month == 12 { julian(year + 1, 1, 1) } else { julian(year, month + 1, 1) };
        let feast = FEASTS.iter().find(|(shift, _)| easter(year) + shift == day).map_or("", |(_, name)| name);
        let weekday = weekday(day);
        let _ = writeln!(
            csv,
            "{},{},{week_year}-W{week:02},{year}-Q{},{},{},{},{feast}",
            date(day),
            WEEKDAYS[weekday as usize],
            (month - 1) / 3 + 1,
            day - julian(year, 1, 1) + 1,
            next_month - day - 1,
            if weekday > 4 { "yes" } else { "no" },
        );
    }
    Dataset {
        file: "calendar-2024-2030.csv",
        name: "Calendar table 2024 to 2030: ISO weeks, quarters, moving feasts",
        author: "Surface Tension Samples",
        license: "PDDL-1.0",
        price: "1",
        created: "2026-01-08T11:00:00Z",
        categories: &["Time", "Reference"],
        tags: &["calendar", "iso 8601", "easter", "data warehouse", "date dimension"],
        columns: &[
            ("date", "Day", ""),
            ("weekday", "Day of the week, English", ""),
            ("iso_week", "Week after ISO 8601; around New Year its year differs from the date's", ""),
            ("quarter", "Quarter of the calendar year", ""),
            ("day_of_year", "From 1", "d"),
            ("days_left_in_month", "Days of the month after this one; 0 on its last", "d"),
            ("weekend", "yes on Saturday and Sunday", ""),
            ("feast", "Feast that moves with Easter (western), else empty", ""),
        ],
        description: "\
The date dimension of a data warehouse, ready to join: one row for each of 2,557 days.

**Good for** reports by ISO week or quarter, working-day arithmetic, and leaving holidays out of a forecast.

**How it was made.** Weeks after ISO 8601 (a week belongs to the year of its Thursday, so 1 January 2027 lies in `2026-W53`). Easter \
by the Gregorian rule of Meeus, Jones and Butcher; eight feasts follow from it.

**Know before use.** Only moving feasts are named: fixed holidays differ between countries and even between neighbouring states, and \
belong into a table of your own. The Orthodox Easter is not included.",
        bytes: csv.into_bytes(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weeks_and_easter_are_the_calendar_s() {
        assert_eq!(iso_week(julian(2027, 1, 1)), (2026, 53));
        assert_eq!(iso_week(julian(2024, 12, 30)), (2025, 1));
        assert_eq!(WEEKDAYS[weekday(julian(2026, 11, 21)) as usize], "Saturday");
        for (year, month, day) in [(2024, 3, 31), (2025, 4, 20), (2026, 4, 5), (2027, 3, 28), (2030, 4, 21)] {
            assert_eq!(easter(year), julian(year, month, day));
        }
    }
}
