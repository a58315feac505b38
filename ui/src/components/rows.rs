//! Rows of listings and the pages they stand on.

use crate::{
    app::app,
    components::{Button, Icon, Tag},
    state::{amounts, finding, places::Place},
    texts::fill,
};
use api::ListingRow;
use leptos::prelude::*;

/// Where a listing's page is.
pub(crate) fn listing_path(did: protocol::Did) -> String {
    Place::Listing(did).path()
}

/// Where a purchase's page is.
pub(crate) fn purchase_path(agreement: protocol::AgreementId) -> String {
    Place::Purchase(agreement).path()
}

/// A title with the words of the search underlined.
fn title(name: &str, search: &str) -> impl IntoView + use<> {
    finding::marked(name, search)
        .into_iter()
        .map(|(hit, piece)| if hit { view! { <mark>{piece}</mark> }.into_any() } else { piece.into_any() })
        .collect_view()
}

/// A listing as a row; the row is the link.
#[component]
pub(crate) fn ListingLine(row: ListingRow, search: String) -> impl IntoView {
    let app = app();
    let t = app.texts();
    let d = &t.discover;
    let tongue = app.spoken();
    let free = row.price.is_zero();
    let price = if free { t.shell.free.to_owned() } else { amounts::amount(row.price, tongue) };
    view! {
        <a class="result" href=listing_path(row.did) data-row="" data-testid="listing-row">
            <h2>{title(&row.name, &search)}</h2>
            <div class="price">{price}<small>{if free { d.no_payment } else { d.one_time }}</small></div>
            <div class="about">
                <p>{row.summary}</p>
                <div class="tags">
                    <small>{row.author}</small>
                    {(!row.formats.is_empty()).then(|| view! { <Tag label=app.spoken().words(&row.formats) /> })}
                    {row.bytes.map(|bytes| view! { <Tag label=amounts::size(bytes, tongue) /> })}
                    {(!row.license.is_empty()).then(|| view! { <Tag label=app.spoken().word(&row.license).to_owned() /> })}
                    {row.own.then(|| view! { <Tag kind="water" icon=Icon::User label=d.yours /> })}
                    {row.owned.then(|| view! { <Tag kind="done" icon=Icon::Check label=d.owned /> })}
                </div>
            </div>
        </a>
    }
}

/// Goes from page to page.
#[component]
pub(crate) fn Pager(page: u64, pages: u64, #[prop(into)] on_page: Callback<u64>) -> impl IntoView {
    let app = app();
    let d = &app.texts().discover;
    let tongue = app.spoken();
    let here = fill(d.page_of, &[("page", &amounts::count(page, tongue)), ("pages", &amounts::count(pages, tongue))]);
    (pages > 1).then(|| {
        view! {
            <nav class="pager" aria-label=here.clone()>
                <Button
                    kind="small"
                    icon=Icon::ChevronLeft
                    label=d.previous.to_owned()
                    off=Signal::derive(move || page <= 1)
                    on_press=move |()| on_page.run(page - 1)
                />
                <span class="num">{here.clone()}</span>
                <Button
                    kind="small"
                    label=d.next.to_owned()
                    off=Signal::derive(move || page >= pages)
                    on_press=move |()| on_page.run(page + 1)
                    testid="next-page"
                />
            </nav>
        }
    })
}
