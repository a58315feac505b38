//! Pictures of data: how a column spreads, sales by month, progress. Each has words for readers.

use crate::{
    app::app,
    state::{
        amounts,
        moments::{self, Moment},
    },
    texts::{Publishing, Texts, fill},
};
use leptos::prelude::*;

fn in_words(bars: impl Iterator<Item = u64>) -> String {
    bars.map(|bar| bar.to_string()).collect::<Vec<_>>().join(", ")
}

/// Where most of the values are, in a sentence.
fn bulk(bars: &[u8], p: &Publishing) -> &'static str {
    let thirds: Vec<u32> =
        bars.chunks(bars.len().div_ceil(3).max(1)).map(|third| third.iter().map(|&bar| u32::from(bar)).sum()).collect();
    let all: u32 = thirds.iter().sum();
    match thirds.iter().position(|third| third * 2 > all) {
        Some(0) => p.profile_low,
        Some(1) => p.profile_middle,
        Some(_) => p.profile_high,
        None => p.profile_even,
    }
}

/// How a column's values spread.
#[component]
pub(crate) fn Profile(column: String, bars: Vec<u8>) -> impl IntoView {
    let t = app().texts();
    let words = in_words(bars.iter().map(|&b| u64::from(b)));
    let numbers = fill(t.listing.profile_name, &[("column", &column), ("bars", &words)]);
    let name = format!("{} {numbers}", bulk(&bars, &t.publish));
    // One bar alone is no spread: the values are alike, or as long as each other, as times are.
    match bars.iter().filter(|bar| **bar > 0).count() {
        0 => ().into_any(),
        1 => view! {
            <span class="muted" aria-hidden="true">"–"</span>
            <span class="only-read">{t.listing.no_spread}</span>
        }
        .into_any(),
        _ => view! {
            <svg class="profile" viewBox="0 0 96 22" preserveAspectRatio="none" role="img" aria-label=name>
                {bars
                    .into_iter()
                    .take(12)
                    .enumerate()
                    .map(|(place, bar)| {
                        let height = (u32::from(bar.min(100)) * 20).div_ceil(100).max(u32::from(bar > 0)) + 1;
                        view! { <rect x=place * 8 y=22 - height width="6.5" height=height rx="1" /> }
                    })
                    .collect_view()}
            </svg>
        }
        .into_any(),
    }
}

/// The name of the month so many months ago: `Nov 2025`.
fn month(now: Moment, ago: usize, t: &Texts) -> String {
    let month = i64::from(now.year) * 12 + i64::from(now.month) - 1 - i64::try_from(ago).unwrap_or(0);
    let name = usize::try_from(month.rem_euclid(12)).ok().and_then(|at| t.time.months.split(' ').nth(at));
    format!("{} {}", name.unwrap_or(""), month.div_euclid(12))
}

/// Sales of twelve months, the present one solid; for readers, a table.
#[component]
pub(crate) fn Months(sales: Vec<u32>) -> impl IntoView {
    let app = app();
    let t = app.texts();
    let m = &t.mine;
    let most = sales.iter().copied().max().unwrap_or(0).max(1);
    let last = sales.len().saturating_sub(1);
    let now = moments::local(app.now.get_untracked());
    let rows = sales
        .iter()
        .enumerate()
        .map(|(place, sales)| {
            let sales = amounts::count(u64::from(*sales), app.spoken());
            view! {
                <tr>
                    <th scope="row">{month(now, last - place, t)}</th>
                    <td>{sales}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <div class="only-read">
            <table>
                <caption>{m.twelve}</caption>
                <thead>
                    <tr>
                        <th scope="col">{m.month}</th>
                        <th scope="col">{m.sales}</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
        <svg class="months" viewBox="0 0 235 50" preserveAspectRatio="none" aria-hidden="true">
            {sales
                .into_iter()
                .enumerate()
                .map(|(place, sales)| {
                    let height = (u64::from(sales) * 48 / u64::from(most)) as u32 + 2;
                    view! {
                        <rect
                            class=if place == last { "now" } else { "" }
                            x=place * 20
                            y=50 - height
                            width="15"
                            height=height
                            rx="1.5"
                        />
                    }
                })
                .collect_view()}
        </svg>
    }
}

/// How much of something is there.
#[component]
pub(crate) fn Bar(
    name: String,
    #[prop(into)] done: Signal<u64>,
    #[prop(into)] total: Signal<Option<u64>>,
    /// `held` or `failed`.
    #[prop(optional, into)]
    kind: Signal<&'static str>,
) -> impl IntoView {
    let percent = Memo::new(move |_| amounts::percent(done.get(), total.get()));
    let class = move || match percent.get() {
        Some(_) => format!("bar {}", kind.get()),
        None => format!("bar unknown {}", kind.get()),
    };
    view! {
        <div
            class=class
            role="progressbar"
            aria-label=name
            aria-valuemin="0"
            aria-valuemax="100"
            aria-valuenow=move || percent.get().map(|p| p.to_string())
        >
            <span style:width=move || percent.get().map(|p| format!("{p}%"))></span>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::texts::Tongue;

    #[test]
    fn a_spread_is_said_by_where_most_of_it_is() {
        let p = &Texts::of(Tongue::English).publish;
        assert_eq!(bulk(&[100, 50, 20, 0, 10, 0, 0, 0, 0, 0, 0, 5], p), p.profile_low);
        assert_eq!(bulk(&[0, 0, 0, 0, 90, 100, 90, 0, 0, 10, 0, 0], p), p.profile_middle);
        assert_eq!(bulk(&[5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 100], p), p.profile_high);
        assert_eq!(bulk(&[100; 12], p), p.profile_even);
        assert_eq!(bulk(&[], p), p.profile_even);
    }

    #[test]
    fn months_are_counted_back_over_the_year() {
        let t = Texts::of(Tongue::English);
        let now = moments::at_offset(moments::epoch("2026-02-14T12:00:00Z").unwrap(), 0);
        assert_eq!([0, 1, 2, 11].map(|ago| month(now, ago, t)), ["Feb 2026", "Jan 2026", "Dec 2025", "Mar 2025"]);
    }
}
