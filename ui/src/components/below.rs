//! Below the surface: numbers, proofs and events, one click away.

use crate::{
    app::app,
    browser,
    components::{Glyph, Icon},
};
use leptos::{html::Input, prelude::*};
use std::time::Duration;

/// How long a button says that it has copied.
const COPIED_FOR: Duration = Duration::from_secs(2);

/// The depth of a page, closed at first.
#[component]
pub(crate) fn Below(label: &'static str, #[prop(optional)] testid: &'static str, children: Children) -> impl IntoView {
    view! {
        <details class="below" data-testid=(!testid.is_empty()).then_some(testid)>
            <summary data-testid=(!testid.is_empty()).then(|| format!("{testid}-open"))>
                <span>{label}</span>
                <Glyph icon=Icon::ChevronDown />
            </summary>
            <div class="depth">{children()}</div>
        </details>
    }
}

/// A number one may want to copy.
#[component]
pub(crate) fn Number(#[prop(into)] value: String) -> impl IntoView {
    view! { <span class="mono">{value}</span> }
}

/// A line one can copy.
#[component]
pub(crate) fn Copyable(
    /// What it is, for readers.
    name: &'static str,
    #[prop(into)] value: String,
    #[prop(optional)] testid: &'static str,
) -> impl IntoView {
    let t = app().texts();
    let field = NodeRef::<Input>::new();
    let copied = RwSignal::new(false);
    let presses = StoredValue::new(0_u32);
    let copy = move |_| {
        let Some(field) = field.get_untracked() else { return };
        copied.set(browser::copy(&field));
        presses.update_value(|n| *n = n.wrapping_add(1));
        let mine = presses.get_value();
        let back = move || {
            if presses.try_get_value() == Some(mine) {
                copied.try_set(false);
            }
        };
        set_timeout(back, COPIED_FOR);
    };
    view! {
        <div class="apart">
            <input
                class="address"
                type="text"
                readonly
                node_ref=field
                aria-label=name
                data-testid=(!testid.is_empty()).then_some(testid)
                prop:value=value.clone()
                value=value
            />
            <button type="button" class="button" on:click=copy data-testid="copy">
                {move || {
                    if copied.get() { view! { <Glyph icon=Icon::Check /> } } else { view! { <Glyph icon=Icon::Copy /> } }
                }}
                <span>{move || if copied.get() { t.shell.copied } else { t.shell.copy }}</span>
            </button>
            <span class="only-read" role="status">{move || copied.get().then_some(t.shell.copied)}</span>
        </div>
    }
}
