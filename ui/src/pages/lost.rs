//! An address that leads nowhere.

use crate::{app::app, browser, components::StillWater};
use leptos::prelude::*;

/// Says that there is no such page.
#[component]
pub(crate) fn Lost() -> impl IntoView {
    let t = app().texts();
    browser::title(t.shell.lost);
    view! {
        <div class="empty" data-testid="empty">
            <StillWater />
            <h1>{t.shell.lost}</h1>
            <p>{t.shell.lost_more}</p>
            <div class="across">
                <a class="button" href="/">{t.shell.discover}</a>
            </div>
        </div>
    }
}
