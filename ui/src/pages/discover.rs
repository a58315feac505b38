//! Discover: search as one types.

use crate::{
    app::{Asked, app},
    browser,
    components::{Button, Empty, Ghosts, Glyph, Icon, ListingLine, Pager, Trouble},
    ipc,
    state::{
        amounts,
        finding::{self, Facet, PriceBand, Wish},
    },
    texts::{fill, many},
};
use api::{FacetCount, Search, SearchPage, Sort};
use leptos::{prelude::*, task::spawn_local};

/// The page.
#[component]
pub(crate) fn Discover() -> impl IntoView {
    let app = app();
    let t = app.texts();
    browser::title(t.shell.discover);
    let found = app.found;
    // Answers may overtake each other: only the one to the newest question counts.
    let newest = StoredValue::new(0_u32);
    let search = move || {
        let question = newest.get_value().wrapping_add(1);
        newest.set_value(question);
        let query = app.wish.with_untracked(Wish::query);
        spawn_local(async move {
            let answer = ipc::call(Search { query }).await;
            if newest.try_get_value() != Some(question) {
                return;
            }
            if let Some(page) = answer.as_ref().ok().and_then(finding::instead) {
                // Asks for that page.
                app.wish.update(|wish| wish.page = page);
                return;
            }
            // The same again is no news: rows that somebody walks through stay where they are.
            let same = |old: &Asked<SearchPage>| match (old, &answer) {
                (Asked::There(old), Ok(new)) => *old == SearchPage { took_us: old.took_us, ..new.clone() },
                _ => false,
            };
            if !found.with_untracked(same) {
                found.try_set(answer.into());
            }
        });
    };
    Effect::new(move |_| {
        app.wish.track();
        app.catalogue.track();
        search();
    });
    Effect::new(move |_| {
        if app.search_focus.get() {
            app.search_focus.set(false);
            request_animation_frame(|| {
                browser::focus("#search");
            });
        }
    });
    view! {
        <div class="wrap">
            <h1 class="only-read">{t.shell.discover}</h1>
            <SearchBox />
            <div class="discover">
                <Facets found />
                <section class="results" aria-label=t.shell.discover>
                    {move || match found.get() {
                        Asked::Waiting => view! { <Ghosts /> }.into_any(),
                        Asked::Failed(error) => view! { <Trouble error retry=Callback::new(move |()| search()) /> }.into_any(),
                        Asked::There(page) => view! { <Found page /> }.into_any(),
                    }}
                </section>
            </div>
        </div>
    }
}

#[component]
fn SearchBox() -> impl IntoView {
    let app = app();
    let d = &app.texts().discover;
    let empty = Memo::new(move |_| app.wish.with(|w| w.text.is_empty()));
    let write = move |text: String| {
        app.wish.update(|wish| {
            wish.text = text;
            wish.page = 0;
        });
    };
    view! {
        <div class="search-box" role="search">
            <Glyph icon=Icon::Search />
            <input
                id="search"
                type="search"
                autocomplete="off"
                spellcheck="false"
                aria-label=d.search
                aria-keyshortcuts="/"
                placeholder=d.placeholder
                data-testid="search-input"
                prop:value=move || app.wish.with(|w| w.text.clone())
                on:input:target=move |ev| write(ev.target().value())
                on:keydown=move |ev| {
                    if ev.key() == "Escape" {
                        write(String::new());
                    }
                }
            />
            {move || {
                if empty.get() {
                    view! { <kbd aria-hidden="true">"/"</kbd> }.into_any()
                } else {
                    view! {
                        <button
                            type="button"
                            class="square"
                            aria-label=d.clear
                            on:click=move |_| {
                                write(String::new());
                                browser::focus("#search");
                            }
                        >
                            <Glyph icon=Icon::X />
                        </button>
                    }
                    .into_any()
                }
            }}
        </div>
    }
}

#[component]
fn Found(page: SearchPage) -> impl IntoView {
    let app = app();
    let t = app.texts();
    let d = &t.discover;
    let tongue = app.spoken();
    let wish = app.wish.get_untracked();
    if page.total == 0 {
        return if wish.text.trim().is_empty() && !wish.narrowed() {
            view! {
                <Empty title=d.empty more=d.empty_more>
                    <a class="button primary" href="/publish">{d.publish}</a>
                </Empty>
            }
            .into_any()
        } else {
            let (more, back) =
                if wish.narrowed() { (d.nothing_narrowed, d.take_back) } else { (d.nothing_more, d.clear) };
            view! {
                <Empty title=d.nothing more>
                    <Button
                        label=back.to_owned()
                        on_press=move |()| {
                            app.wish.update(|wish| *wish = Wish { sort: wish.sort, ..Wish::default() });
                            browser::focus("#search");
                        }
                        testid="take-back"
                    />
                </Empty>
            }
            .into_any()
        };
    }
    let number = u64::from(page.page.max(1));
    let pages = finding::pages(&page);
    let took = fill(d.took, &[("ms", &page.took_us.div_ceil(1000).to_string())]);
    let heads = many(page.total, d.found_one, d.found_many, tongue);
    let orders = [
        (Sort::Best, d.best),
        (Sort::Newest, d.newest),
        (Sort::PriceUp, d.cheapest),
        (Sort::PriceDown, d.dearest),
        (Sort::Name, d.by_name),
    ];
    view! {
        <div class="results-head">
            <small role="status" data-testid="result-count"><b>{heads}</b>" · "{took}</small>
            <select
                aria-label=d.order
                data-testid="sort"
                on:change:target=move |ev| {
                    let chosen = ev.target().value();
                    if let Some((sort, _)) = orders.iter().find(|(_, name)| *name == chosen) {
                        app.wish.update(|wish| {
                            wish.sort = *sort;
                            wish.page = 0;
                        });
                    }
                }
            >
                {orders
                    .iter()
                    .map(|(sort, name)| {
                        view! { <option value=*name selected=wish.sort == *sort>{*name}</option> }
                    })
                    .collect_view()}
            </select>
        </div>
        {page.results.into_iter().map(|row| view! { <ListingLine row search=wish.text.clone() /> }).collect_view()}
        <Pager
            page=number
            pages
            on_page=move |page: u64| {
                app.wish.update(|wish| wish.page = u32::try_from(page - 1).unwrap_or(0));
                browser::focus("#page");
            }
        />
    }
    .into_any()
}

#[component]
fn Facets(found: RwSignal<Asked<SearchPage>>) -> impl IntoView {
    let app = app();
    let d = &app.texts().discover;
    // The lists stay while the next answer is out.
    let counts = Memo::new(move |before: Option<&Option<Counts>>| match found.get() {
        Asked::There(page) => {
            Some(Counts { categories: page.categories, licences: page.licenses, tags: page.tags, free: page.free })
        }
        _ => before.cloned().flatten(),
    });
    // In a narrow window the lists fold away, also when it becomes one.
    let wide = RwSignal::new(browser::is_wide());
    let handle = window_event_listener(leptos::ev::resize, move |_| {
        if wide.get_untracked() != browser::is_wide() {
            wide.set(browser::is_wide());
        }
    });
    on_cleanup(move || handle.remove());
    view! {
        <details class="facets-fold" prop:open=move || wide.get()>
            <summary>
                <Glyph icon=Icon::ChevronDown class="icon tiny" />
                {d.narrow}
            </summary>
            <div class="facets">
                <Prices counts />
                <Ticks facet=Facet::Category name=d.category counts />
                <Ticks facet=Facet::Licence name=d.licence counts />
                <Ticks facet=Facet::Tag name=d.tag counts />
            </div>
        </details>
    }
}

/// How many there are of what.
#[derive(Debug, Clone, PartialEq)]
struct Counts {
    categories: Vec<FacetCount>,
    licences: Vec<FacetCount>,
    tags: Vec<FacetCount>,
    free: u64,
}

#[component]
fn Prices(counts: Memo<Option<Counts>>) -> impl IntoView {
    let app = app();
    let t = app.texts();
    let d = &t.discover;
    let tongue = app.spoken();
    view! {
        <fieldset>
            <legend>{d.price}</legend>
            {PriceBand::ALL
                .map(|band| {
                    let name = match band {
                        PriceBand::Free => t.shell.free,
                        PriceBand::UpToTen => d.up_to_ten,
                        PriceBand::ToHundred => d.to_hundred,
                        PriceBand::More => d.more,
                    };
                    let on = move || app.wish.with(|w| w.price == Some(band));
                    let count = move || {
                        (band == PriceBand::Free).then(|| counts.with(|c| c.as_ref().map(|c| c.free))).flatten()
                    };
                    view! {
                        <label class="tick" class:on=on>
                            <input
                                type="checkbox"
                                prop:checked=on
                                on:change=move |_| app.wish.update(|wish| wish.pick_price(band))
                            />
                            {name}
                            <span class="num">{move || count().map(|n| amounts::count(n, tongue))}</span>
                        </label>
                    }
                })
                .into_iter()
                .collect_view()}
        </fieldset>
    }
}

/// Rows of a list that show without unfolding.
const SHOWN: usize = 5;

#[component]
fn Ticks(facet: Facet, name: &'static str, counts: Memo<Option<Counts>>) -> impl IntoView {
    let app = app();
    let tongue = app.spoken();
    let d = &app.texts().discover;
    let unfolded = RwSignal::new(false);
    let of_all = Memo::new(move |_| {
        counts.with(|counts| {
            counts.as_ref().map_or(0, |c| match facet {
                Facet::Category => c.categories.len(),
                Facet::Licence => c.licences.len(),
                Facet::Tag => c.tags.len(),
            })
        })
    });
    // What is ticked stays in the list even when nothing matches it any more.
    let rows = Memo::new(move |_| {
        let mut rows = counts.with(|counts| {
            counts.as_ref().map_or_else(Vec::new, |c| match facet {
                Facet::Category => c.categories.clone(),
                Facet::Licence => c.licences.clone(),
                Facet::Tag => c.tags.clone(),
            })
        });
        app.wish.with(|wish| {
            let ticked = wish.ticked(facet);
            let mut at = 0;
            rows.retain(|row| {
                at += 1;
                unfolded.get() || at <= SHOWN || ticked.contains(&row.value)
            });
            for value in ticked {
                if !rows.iter().any(|row| row.value == *value) {
                    rows.push(FacetCount { value: value.clone(), count: 0 });
                }
            }
        });
        rows
    });
    let any = Memo::new(move |_| rows.with(|rows| !rows.is_empty()));
    let row = move |row: FacetCount| {
        let value = row.value.clone();
        let ticked = row.value.clone();
        let on = Memo::new(move |_| app.wish.with(|w| w.ticked(facet).contains(&ticked)));
        let shown = match facet {
            Facet::Licence => finding::licence(&row.value, app.texts()),
            Facet::Category | Facet::Tag => row.value,
        };
        view! {
            <label class="tick" class:on=on>
                <input
                    type="checkbox"
                    prop:checked=on
                    on:change=move |_| app.wish.update(|wish| wish.tick(facet, &value))
                />
                <span class="clip">{shown}</span>
                <span class="num">{amounts::count(row.count, tongue)}</span>
            </label>
        }
    };
    // The button stays the same element: whoever pressed it by key goes on from it.
    let label = move || match unfolded.get() {
        true => d.fewer.to_owned(),
        false => fill(d.all_of, &[("n", &amounts::count(of_all.get() as u64, tongue))]),
    };
    move || {
        any.get().then(|| {
            view! {
                <fieldset>
                    <legend>{name}</legend>
                    {move || rows.get().into_iter().map(row).collect_view()}
                    <button
                        type="button"
                        class="textual small"
                        hidden=move || of_all.get() <= SHOWN
                        aria-expanded=move || unfolded.get().to_string()
                        on:click=move |_| unfolded.update(|on| *on = !*on)
                    >
                        {label}
                    </button>
                </fieldset>
            }
        })
    }
}
