//! Times the way people say them: `today 14:05`, `14 Nov 2025`, `about 29 min`.

use crate::texts::{Texts, fill};

/// A moment on the clock of this computer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Moment {
    /// Seconds since 1970, UTC.
    pub(crate) epoch: i64,
    pub(crate) year: i32,
    /// From 1.
    pub(crate) month: u32,
    pub(crate) day: u32,
    pub(crate) hour: u32,
    pub(crate) minute: u32,
    pub(crate) second: u32,
}

/// Days since 1970 of a date of the Gregorian calendar.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// Year, month and day of a day since 1970.
fn date(days: i64) -> (i32, u32, u32) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (i32::try_from(year).unwrap_or(i32::MAX), u32::try_from(month).unwrap_or(1), u32::try_from(day).unwrap_or(1))
}

/// Reads RFC 3339 (`2025-11-14T14:05:12Z`, with parts of a second and an offset); `None` for anything else.
pub(crate) fn epoch(text: &str) -> Option<i64> {
    let number = |from: usize, to: usize| text.get(from..to)?.parse::<i64>().ok();
    let is = |at: usize, byte: u8| text.as_bytes().get(at) == Some(&byte);
    if !(is(4, b'-') && is(7, b'-') && is(13, b':')) {
        return None;
    }
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let rest = text.get(19..)?.trim_start_matches(|c: char| c == '.' || c.is_ascii_digit());
    let offset = match rest.get(..1)? {
        "Z" | "z" => 0,
        sign @ ("+" | "-") => {
            let ahead = rest.get(1..3)?.parse::<i64>().ok()? * 3600 + rest.get(4..6)?.parse::<i64>().ok()? * 60;
            if sign == "+" { ahead } else { -ahead }
        }
        _ => return None,
    };
    Some(days(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second - offset)
}

/// The moment on a clock that is so many minutes ahead of UTC.
pub(crate) fn at_offset(epoch: i64, minutes_ahead: i64) -> Moment {
    let local = epoch + minutes_ahead * 60;
    let (year, month, day) = date(local.div_euclid(86_400));
    let of_day = u32::try_from(local.rem_euclid(86_400)).unwrap_or(0);
    Moment { epoch, year, month, day, hour: of_day / 3600, minute: of_day / 60 % 60, second: of_day % 60 }
}

/// The moment on this computer's clock.
pub(crate) fn local(epoch: i64) -> Moment {
    #[allow(clippy::cast_precision_loss, reason = "seconds of our time are far below 2^53")]
    let behind = js_sys::Date::new(&wasm_bindgen::JsValue::from_f64(epoch as f64 * 1000.0)).get_timezone_offset();
    at_offset(epoch, -(behind as i64))
}

/// The moment an RFC 3339 text names, on this computer's clock.
pub(crate) fn read(text: &str) -> Option<Moment> {
    epoch(text).map(local)
}

/// Now, in seconds since 1970.
pub(crate) fn now() -> i64 {
    (js_sys::Date::now() / 1000.0) as i64
}

impl Moment {
    /// `14:05`.
    pub(crate) fn clock(self) -> String {
        format!("{:02}:{:02}", self.hour, self.minute)
    }

    /// `14:05:12`.
    pub(crate) fn clock_with_seconds(self) -> String {
        format!("{:02}:{:02}:{:02}", self.hour, self.minute, self.second)
    }

    /// `14 Nov 2025`.
    pub(crate) fn date(self, t: &Texts) -> String {
        let month = t.time.months.split(' ').nth(self.month.saturating_sub(1) as usize).unwrap_or("");
        fill(t.time.date, &[("day", &self.day.to_string()), ("month", month), ("year", &self.year.to_string())])
    }

    fn day_number(self) -> i64 {
        days(i64::from(self.year), i64::from(self.month), i64::from(self.day))
    }

    /// `today`, `yesterday`, `14 Nov 2025`.
    pub(crate) fn day(self, now: Self, t: &Texts) -> String {
        match now.day_number() - self.day_number() {
            0 => t.time.today.to_owned(),
            1 => t.time.yesterday.to_owned(),
            _ => self.date(t),
        }
    }

    /// `today 14:05`, `14 Nov 2025`.
    pub(crate) fn when(self, now: Self, t: &Texts) -> String {
        match now.day_number() - self.day_number() {
            0 | 1 => format!("{} {}", self.day(now, t), self.clock()),
            _ => self.date(t),
        }
    }

    /// The next whole minute, for what is promised by then: a clock without seconds would say it too early.
    pub(crate) fn next_minute(self) -> Self {
        let second = i64::from(self.second);
        if second == 0 { self } else { at_offset(self.epoch + 60 - second, self.minutes_ahead()) }
    }

    /// How far this clock is ahead of UTC.
    fn minutes_ahead(self) -> i64 {
        let of_day = i64::from(self.hour) * 3600 + i64::from(self.minute) * 60 + i64::from(self.second);
        (self.day_number() * 86_400 + of_day - self.epoch) / 60
    }

    /// A time to come: `14:35` today, else with the day.
    pub(crate) fn by(self, now: Self, t: &Texts) -> String {
        match self.day_number() - now.day_number() {
            0 => self.clock(),
            1 => format!("{} {}", t.time.tomorrow, self.clock()),
            _ => self.date(t),
        }
    }
}

/// A stretch of time in one unit: `40 s`, `29 min`, `3 h`, `2 days`.
pub(crate) fn stretch(seconds: u64, t: &Texts) -> String {
    let (number, one, many) = match seconds {
        0..=89 => (seconds, t.time.second, t.time.seconds),
        90..=5399 => ((seconds + 30) / 60, t.time.minute, t.time.minutes),
        5400..=129_599 => ((seconds + 1800) / 3600, t.time.hour, t.time.hours),
        _ => ((seconds + 43_200) / 86_400, t.time.day, t.time.days),
    };
    fill(if number == 1 { one } else { many }, &[("n", &number.to_string())])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::texts::Tongue;

    fn moment(text: &str) -> Moment {
        at_offset(epoch(text).unwrap(), 60)
    }

    #[test]
    fn rfc_3339_is_read_and_nonsense_is_not() {
        assert_eq!(epoch("1970-01-01T00:00:00Z"), Some(0));
        assert_eq!(epoch("2025-11-14T14:05:12.345Z"), Some(1_763_129_112));
        assert_eq!(epoch("2025-11-14T15:05:12+01:00"), epoch("2025-11-14T14:05:12Z"));
        assert_eq!(epoch("2024-02-29T23:59:59Z").map(|e| e + 1), epoch("2024-03-01T00:00:00Z"));
        for text in
            ["", "yesterday", "2025-13-01T00:00:00Z", "2025-11-14", "2025-11-14T14:05:12", "２０２５-11-14T14:05:12Z"]
        {
            assert_eq!(epoch(text), None, "{text}");
        }
    }

    #[test]
    fn every_day_of_a_century_goes_there_and_back() {
        for day in 0..36_525 {
            let (year, month, of_month) = date(day);
            assert_eq!(days(i64::from(year), i64::from(month), i64::from(of_month)), day);
        }
    }

    #[test]
    fn days_have_names_near_now() {
        let t = Texts::of(Tongue::English);
        let now = moment("2025-11-14T14:05:12Z");
        assert_eq!(moment("2025-11-14T13:05:12Z").when(now, t), "today 14:05");
        assert_eq!(moment("2025-11-13T22:30:00Z").when(now, t), "yesterday 23:30");
        assert_eq!(moment("2025-11-02T09:00:00Z").when(now, t), "2 Nov 2025");
        assert_eq!(moment("2025-11-02T09:00:00Z").when(now, Texts::of(Tongue::German)), "2. Nov. 2025");
        assert_eq!(moment("2025-11-15T09:00:00Z").by(now, t), "tomorrow 10:00");
    }

    #[test]
    fn what_is_promised_by_a_minute_is_promised_by_its_end() {
        let t = Texts::of(Tongue::English);
        let now = moment("2025-11-14T14:05:12Z");
        assert_eq!(moment("2025-11-14T13:35:00Z").next_minute().by(now, t), "14:35");
        assert_eq!(moment("2025-11-14T13:35:02Z").next_minute().by(now, t), "14:36");
        assert_eq!(moment("2025-11-14T22:59:59Z").next_minute().by(now, t), "tomorrow 00:00");
    }

    #[test]
    fn a_stretch_is_said_in_one_unit() {
        let t = Texts::of(Tongue::English);
        for (seconds, said) in
            [(1, "1 s"), (89, "89 s"), (90, "2 min"), (1800, "30 min"), (7200, "2 h"), (172_800, "2 days")]
        {
            assert_eq!(stretch(seconds, t).replace('\u{a0}', " "), said);
        }
    }
}
