//! An address that leads nowhere.

use crate::{app::app, browser, components::Empty};
use leptos::prelude::*;

/// Says that there is no such page.
#[component]
pub(crate) fn Lost() -> impl IntoView {
    let t = app().texts();
    browser::title(t.shell.lost);
    view! {
        <Empty title=t.shell.lost more=t.shell.lost_more>
            <a class="button" href="/">{t.shell.discover}</a>
        </Empty>
    }
}
