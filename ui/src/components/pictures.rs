//! Pictures of data: how a column spreads, sales by month, progress. Each has words for readers.

use crate::{app::app, state::amounts, texts::fill};
use leptos::prelude::*;

fn in_words(bars: impl Iterator<Item = u64>) -> String {
    bars.map(|bar| bar.to_string()).collect::<Vec<_>>().join(", ")
}

/// How a column's values spread.
#[component]
pub(crate) fn Profile(column: String, bars: Vec<u8>) -> impl IntoView {
    let t = app().texts();
    let words = in_words(bars.iter().map(|&b| u64::from(b)));
    let name = fill(t.listing.profile_name, &[("column", &column), ("bars", &words)]);
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

/// Sales of twelve months, the present one solid.
#[component]
pub(crate) fn Months(sales: Vec<u32>) -> impl IntoView {
    let t = app().texts();
    let most = sales.iter().copied().max().unwrap_or(0).max(1);
    let name = fill(t.mine.twelve_name, &[("bars", &in_words(sales.iter().map(|&s| u64::from(s))))]);
    let last = sales.len().saturating_sub(1);
    view! {
        <svg class="months" viewBox="0 0 235 50" preserveAspectRatio="none" role="img" aria-label=name>
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
