//! Buttons. They say what they do.

use crate::components::{Glyph, Icon};
use leptos::prelude::*;

/// A button.
#[component]
pub(crate) fn Button(
    /// What it does, in words.
    #[prop(into)]
    label: Signal<String>,
    /// `primary`, `quiet`, `danger`, `big`, `small`, `wide`, or several.
    #[prop(default = "")]
    kind: &'static str,
    #[prop(optional)] icon: Option<Icon>,
    /// Off while something is missing or under way.
    #[prop(optional, into)]
    off: Signal<bool>,
    /// Sends its form instead of acting itself.
    #[prop(default = false)]
    submit: bool,
    #[prop(optional)] testid: &'static str,
    #[prop(optional, into)] on_press: Option<Callback<()>>,
) -> impl IntoView {
    view! {
        <button
            type=if submit { "submit" } else { "button" }
            class=format!("button {kind}")
            data-testid=(!testid.is_empty()).then_some(testid)
            disabled=move || off.get()
            on:click=move |_| {
                if let Some(press) = on_press {
                    press.run(());
                }
            }
        >
            {icon.map(|icon| view! { <Glyph icon /> })}
            {move || label.get()}
        </button>
    }
}

/// A button that reads like a link: for small things beside a row.
#[component]
pub(crate) fn TextButton(
    #[prop(into)] label: Signal<String>,
    /// For readers, where the label alone does not say of what.
    #[prop(optional, into)]
    name: Option<String>,
    #[prop(optional, into)] off: Signal<bool>,
    #[prop(default = "")] kind: &'static str,
    #[prop(optional)] icon: Option<Icon>,
    #[prop(optional)] testid: &'static str,
    #[prop(into)] on_press: Callback<()>,
) -> impl IntoView {
    view! {
        <button
            type="button"
            class=format!("textual {kind}")
            aria-label=name
            data-testid=(!testid.is_empty()).then_some(testid)
            disabled=move || off.get()
            on:click=move |_| on_press.run(())
        >
            {icon.map(|icon| view! { <Glyph icon class="icon tiny" /> })}
            {move || label.get()}
        </button>
    }
}

/// One of a few, side by side.
#[component]
pub(crate) fn Segmented<T>(
    /// What is chosen, for readers.
    name: &'static str,
    /// Value and label of each.
    options: Vec<(T, &'static str)>,
    #[prop(into)] chosen: Signal<T>,
    #[prop(into)] on_choose: Callback<T>,
) -> impl IntoView
where
    T: Copy + PartialEq + Send + Sync + 'static,
{
    view! {
        <div class="segmented" role="radiogroup" aria-label=name>
            {options
                .into_iter()
                .map(|(value, label)| {
                    view! {
                        <label class:on=move || chosen.get() == value>
                            <input
                                type="radio"
                                name=name
                                prop:checked=move || chosen.get() == value
                                on:change=move |_| on_choose.run(value)
                            />
                            {label}
                        </label>
                    }
                })
                .collect_view()}
        </div>
    }
}

/// A quiet fact beside a name: `plain`, `water`, `done`, `wait`, `trouble`.
#[component]
pub(crate) fn Tag(
    #[prop(into)] label: String,
    #[prop(default = "")] kind: &'static str,
    #[prop(optional)] icon: Option<Icon>,
) -> impl IntoView {
    view! {
        <span class=format!("tag {kind}")>{icon.map(|icon| view! { <Glyph icon /> })} {label}</span>
    }
}
