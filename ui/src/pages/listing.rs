//! A listing: what it is, what is in it, what one may do with it, what it costs.

use super::buy::BuySheet;
use crate::{
    app::{App, Asked, app, loader},
    browser,
    components::{Below, Glyph, Icon, Number, Outward, Profile, Prose, Tag, shown},
    state::{
        amounts,
        moments::{self, stretch},
    },
    texts::{Texts, fill},
};
use api::{ColumnView, FileView, GetListing, IntegrityView, ListingView, TermsView};
use leptos::prelude::*;
use protocol::Did;

/// The page.
#[component]
pub(crate) fn Listing(did: Did) -> impl IntoView {
    let app = app();
    let listing = RwSignal::new(Asked::<ListingView>::Waiting);
    let load = loader(listing, move || GetListing { did });
    load();
    // A change of the catalogue or of one's purchases shows without a blink.
    Effect::new(move |before: Option<()>| {
        app.catalogue.track();
        app.purchases.with(|all| all.iter().filter(|p| p.state.is_final()).count());
        if before.is_some() {
            load();
        }
    });
    let buying = RwSignal::new(false);
    // A sheet that is open stays as it is when the page is drawn again: a new one would lie above what it asks for.
    let asks = Memo::new(move |_| buying.get() && listing.with(|listing| matches!(listing, Asked::There(_))));
    view! {
        <div class="wrap">
            {shown(listing, load, move |listing| view! { <Whole listing buying /> })}
            {move || match (asks.get(), listing.get_untracked()) {
                (true, Asked::There(listing)) => Some(view! { <BuySheet listing open=buying /> }),
                _ => None,
            }}
        </div>
    }
}

#[component]
fn Whole(listing: ListingView, buying: RwSignal<bool>) -> impl IntoView {
    let app = app();
    let t = app.texts();
    let l = &t.listing;
    let row = listing.row.clone();
    browser::title(&row.name);
    let columns: Vec<ColumnView> = listing.columns.clone();
    view! {
        <div class="listing">
            <div class="stack">
                <div>
                    <nav class="crumbs" aria-label=t.shell.back>
                        <a href="/">{t.shell.discover}</a>
                        {row.categories.first().map(|category| format!(" / {category}"))}
                    </nav>
                    <h1 data-testid="listing-title">{row.name.clone()}</h1>
                    <div class="across">
                        <small>{row.author.clone()}</small>
                        {(!row.formats.is_empty()).then(|| view! { <Tag label=app.spoken().words(&row.formats) /> })}
                        {row.bytes.map(|bytes| view! { <Tag label=amounts::size(bytes, app.spoken()) /> })}
                        <Integrity integrity=listing.integrity.clone() />
                        {(!listing.listed).then(|| view! { <Tag kind="wait" label=l.unlisted /> })}
                    </div>
                </div>
                {(listing.integrity == IntegrityView::Broken)
                    .then(|| {
                        view! {
                            <div class="notice trouble" role="alert">
                                <Glyph icon=Icon::ShieldAlert />
                                <div>
                                    <b>{l.broken}</b>
                                    <p>{l.broken_more}</p>
                                </div>
                            </div>
                        }
                    })}
                <Prose blocks=listing.description.clone() />
                {(!columns.is_empty()).then(|| view! { <Columns columns /> })}
                <Files files=listing.files.clone() />
                <h2>{l.licence}</h2>
                <p>
                    {app.say(&listing.license_sentence)} " "
                    {listing
                        .license_url
                        .clone()
                        .map(|url| {
                            let words = fill(l.full_text, &[("name", app.spoken().word(&row.license))]).into_any();
                            view! { <Outward url words /> }
                        })}
                </p>
                {(!listing.links.is_empty())
                    .then(|| {
                        view! {
                            <h2>{l.links}</h2>
                            <ul>
                                {listing
                                    .links
                                    .iter()
                                    .map(|link| {
                                        view! { <li><Outward url=link.url.clone() words=link.name.clone().into_any() /></li> }
                                    })
                                    .collect_view()}
                            </ul>
                        }
                    })}
                <Depth listing=listing.clone() />
            </div>
            <aside aria-label=l.buy>
                <Panel listing buying />
            </aside>
        </div>
    }
}

#[component]
fn Integrity(integrity: IntegrityView) -> impl IntoView {
    let l = &app().texts().listing;
    match integrity {
        IntegrityView::Verified { .. } => view! { <Tag kind="done" icon=Icon::Check label=l.verified /> },
        IntegrityView::ListingOnly { .. } => view! { <Tag kind="wait" icon=Icon::Info label=l.listing_only /> },
        IntegrityView::Unproven => view! { <Tag kind="wait" icon=Icon::Info label=l.unproven /> },
        IntegrityView::Broken => view! { <Tag kind="trouble" icon=Icon::ShieldAlert label=l.broken /> },
    }
}

/// What happens where it is not opened in time.
pub(super) fn otherwise(terms: &TermsView, free: bool, t: &Texts) -> String {
    let l = &t.listing;
    match terms.opens_within_seconds {
        0 => l.no_limit.to_owned(),
        seconds => fill(if free { l.free_back } else { l.money_back }, &[("time", &stretch(seconds, t))]),
    }
}

/// How long it may be downloaded.
pub(super) fn access(terms: &TermsView, t: &Texts) -> String {
    let l = &t.listing;
    match terms.access_seconds {
        0 => l.access_forever.to_owned(),
        seconds => fill(l.access_for, &[("time", &stretch(seconds, t))]),
    }
}

/// The panel at the right: price, the one button, the facts.
#[component]
fn Panel(listing: ListingView, buying: RwSignal<bool>) -> impl IntoView {
    let app = app();
    let t = app.texts();
    let l = &t.listing;
    let row = &listing.row;
    let free = row.price.is_zero();
    let price =
        if free { t.shell.free.to_owned() } else { amounts::amount_of(row.price, &app.currency(), app.spoken()) };
    let action = if row.own {
        view! {
            <p class="small">{l.own_note}</p>
            <a class="button wide" href="/listings">{l.see_mine}</a>
        }
        .into_any()
    } else if row.owned {
        view! { <a class="button primary big wide" href="/library" data-testid="open-library">{l.open_library}</a> }
            .into_any()
    } else {
        let off = listing.integrity == IntegrityView::Broken;
        view! {
            <button
                type="button"
                class="button primary big wide"
                data-testid="buy-open"
                disabled=off
                on:click=move |_| buying.set(true)
            >
                {if free { l.get_free } else { l.buy }}
            </button>
        }
        .into_any()
    };
    let alike = listing.services.iter().all(|service| service.terms == listing.terms);
    let of_terms = |said: String| if alike { said } else { l.depends.to_owned() };
    let publisher = match listing.publisher_online {
        Some(true) => l.online,
        Some(false) => l.not_online,
        None => l.asking,
    };
    let version = listing.changed.as_deref().and_then(moments::read).or_else(|| moments::read(&row.published));
    view! {
        <div class="panel stack">
            <div class="price">{price}<small>{if free { l.free_note } else { l.one_time }}</small></div>
            {action}
            <dl class="facts small">
                <dt>{l.opens}</dt>
                <dd>{l.opens_fast}</dd>
                <dt>{l.otherwise}</dt>
                <dd>{of_terms(otherwise(&listing.terms, free, t))}</dd>
                <dt>{l.publisher}</dt>
                <dd>{publisher}</dd>
                <dt>{l.access}</dt>
                <dd>{of_terms(access(&listing.terms, t))}</dd>
                {version
                    .map(|at| {
                        view! { <dt>{l.version}</dt> <dd>{fill(l.version_of, &[("date", &at.date(t))])}</dd> }
                    })}
            </dl>
        </div>
    }
}

/// What is in a table, column by column.
#[component]
pub(super) fn Columns(columns: Vec<ColumnView>) -> impl IntoView {
    let app = app();
    let l = &app.texts().listing;
    let pictures = columns.iter().any(|c| !c.profile.is_empty());
    let filled = columns.iter().any(|c| c.filled_permille.is_some());
    view! {
        <h2>{l.whats_in}</h2>
        <div class="table-scroll">
            <table class="columns">
                <thead>
                    <tr>
                        <th scope="col">{l.column}</th>
                        <th scope="col">{l.meaning}</th>
                        {pictures.then(|| view! { <th scope="col">{l.values}</th> })}
                        {filled.then(|| view! { <th scope="col" class="num">{l.filled}</th> })}
                    </tr>
                </thead>
                <tbody>
                    {columns
                        .into_iter()
                        .map(|column| {
                            let meaning = match (column.meaning.as_str(), column.unit.as_str()) {
                                ("", "") => view! { <span class="muted">{l.no_meaning}</span> }.into_any(),
                                (meaning, "") => meaning.to_owned().into_any(),
                                ("", unit) => unit.to_owned().into_any(),
                                (meaning, unit) => format!("{meaning}, {unit}").into_any(),
                            };
                            view! {
                                <tr>
                                    <td class="mono">{column.name.clone()}</td>
                                    <td>{meaning}</td>
                                    {pictures.then(|| view! { <td><Profile column=column.name bars=column.profile /></td> })}
                                    {filled
                                        .then(|| {
                                            view! {
                                                <td class="num">
                                                    {column.filled_permille.map(|share| amounts::permille(share, app.spoken()))}
                                                </td>
                                            }
                                        })}
                                </tr>
                            }
                        })
                        .collect_view()}
                </tbody>
            </table>
        </div>
    }
}

/// The picture of a kind of file.
pub(super) fn file_icon(format: &str) -> Icon {
    match format.to_ascii_lowercase().as_str() {
        "csv" | "tsv" | "xlsx" | "parquet" => Icon::FileSpreadsheet,
        "json" | "geojson" | "ndjson" => Icon::FileJson,
        _ => Icon::FileText,
    }
}

#[component]
fn Files(files: Vec<FileView>) -> impl IntoView {
    let app = app();
    let l = &app.texts().listing;
    view! {
        <h2>{l.files}</h2>
        <table>
            <thead class="only-read">
                <tr>
                    <th scope="col">{l.kind}</th>
                    <th scope="col">{l.file}</th>
                    <th scope="col">{l.size}</th>
                </tr>
            </thead>
            <tbody>
                {files
                    .into_iter()
                    .map(|file| {
                        let size = file.bytes.map_or_else(|| l.unknown_size.to_owned(), |b| amounts::size(b, app.spoken()));
                        view! {
                            <tr class="file-row">
                                <td><Glyph icon=file_icon(&file.format) /></td>
                                <td>{file.name} " " <small>{app.spoken().word(&file.format).to_owned()}</small></td>
                                <td class="num">{size}</td>
                            </tr>
                        }
                    })
                    .collect_view()}
            </tbody>
        </table>
    }
}

#[component]
fn Depth(listing: ListingView) -> impl IntoView {
    let app: App = app();
    let l = &app.texts().listing;
    let depth = listing.depth;
    let rule = match listing.integrity {
        IntegrityView::Verified { rule } | IntegrityView::ListingOnly { rule } => rule,
        _ => l.none.to_owned(),
    };
    let providers = depth.providers.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let files = listing.files;
    view! {
        <Below label=l.below testid="below">
            <dl class="facts left small">
                <dt>{l.number}</dt>
                <dd><Number value=listing.row.did.to_string() /></dd>
                {depth.owner.map(|owner| view! { <dt>{l.owner}</dt> <dd><Number value=owner.to_string() /></dd> })}
                <dt>{l.providers}</dt>
                <dd><Number value=providers /></dd>
                <dt>{l.registered}</dt>
                <dd><Number value=depth.checksum.map_or_else(|| l.none.to_owned(), |c| c.to_string()) /></dd>
                <dt>{l.rule}</dt>
                <dd>{rule}</dd>
                <dt>{l.block}</dt>
                <dd class="num">{depth.block}</dd>
                <dt>{l.template}</dt>
                <dd><Number value=depth.template /></dd>
                <dt>{l.gateway}</dt>
                <dd><Number value=depth.gateway /></dd>
                {files
                    .into_iter()
                    .filter_map(|file| {
                        let hash = file.sha256?;
                        Some(view! {
                            <dt>{fill(l.file_hash, &[("name", &file.name)])}</dt>
                            <dd><Number value=hash /></dd>
                        })
                    })
                    .collect_view()}
            </dl>
            <h2 class="head roomy">{l.document}</h2>
            <pre tabindex="0">{depth.document}</pre>
        </Below>
    }
}
