//! Below the surface: numbers, proofs and events, one click away.

use crate::{
    app::app,
    browser,
    components::{Glyph, Icon},
};
use leptos::{html::Input, prelude::*};

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
            <button
                type="button"
                class="button"
                on:click=move |_| {
                    if let Some(field) = field.get_untracked() {
                        copied.set(browser::copy(&field));
                    }
                }
            >
                {move || {
                    if copied.get() { view! { <Glyph icon=Icon::Check /> } } else { view! { <Glyph icon=Icon::Copy /> } }
                }}
                <span role="status">{move || if copied.get() { t.shell.copied } else { t.shell.copy }}</span>
            </button>
        </div>
    }
}
