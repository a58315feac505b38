//! Fields: label above, hint below, the error in place of the hint.

use crate::{
    app::app,
    components::{Button, Glyph, Icon},
    state::amounts,
};
use leptos::prelude::*;

/// The line below a field.
#[component]
fn Hint(id: String, #[prop(into)] hint: Signal<String>, #[prop(into)] wrong: Signal<Option<String>>) -> impl IntoView {
    let error_id = id.clone();
    move || match (wrong.get(), hint.get()) {
        (Some(wrong), _) => view! {
            <p class="hint wrong" id=error_id.clone() role="alert">
                <Glyph icon=Icon::CircleAlert class="icon tiny" />
                {wrong}
            </p>
        }
        .into_any(),
        (None, hint) if hint.is_empty() => ().into_any(),
        (None, hint) => view! { <p class="hint" id=id.clone()>{hint}</p> }.into_any(),
    }
}

/// A line of text.
#[component]
pub(crate) fn Field(
    /// A name for the field, unique on its page.
    id: &'static str,
    label: &'static str,
    value: RwSignal<String>,
    #[prop(optional, into)] hint: Signal<String>,
    #[prop(optional, into)] wrong: Signal<Option<String>>,
    #[prop(default = false)] optional: bool,
    #[prop(default = "")] placeholder: &'static str,
    /// More than one line.
    #[prop(default = false)]
    tall: bool,
    #[prop(optional)] testid: &'static str,
    /// When the field is left.
    #[prop(optional, into)]
    on_leave: Option<Callback<()>>,
    /// Opens a dialog of the system to choose the value instead of typing it.
    #[prop(optional, into)]
    on_choose: Option<Callback<()>>,
) -> impl IntoView {
    let t = app().texts();
    let hint_id = format!("{id}-hint");
    let invalid = move || wrong.get().is_some().then_some("true");
    let left = move || {
        if let Some(leave) = on_leave {
            leave.run(());
        }
    };
    let testid = (!testid.is_empty()).then_some(testid);
    view! {
        <div class="field">
            <label for=id>{label} {optional.then(|| view! { <span class="optional">" · "{t.shell.optional}</span> })}</label>
            {if tall {
                view! {
                    <textarea
                        class="input"
                        id=id
                        data-testid=testid
                        aria-describedby=hint_id.clone()
                        aria-invalid=invalid
                        prop:value=move || value.get()
                        on:input:target=move |ev| value.set(ev.target().value())
                        on:blur=move |_| left()
                    ></textarea>
                }
                .into_any()
            } else {
                let input = view! {
                    <input
                        class="input"
                        id=id
                        type="text"
                        autocomplete="off"
                        placeholder=placeholder
                        data-testid=testid
                        aria-describedby=hint_id.clone()
                        aria-invalid=invalid
                        prop:value=move || value.get()
                        on:input:target=move |ev| value.set(ev.target().value())
                        on:blur=move |_| left()
                    />
                };
                match on_choose {
                    None => input.into_any(),
                    Some(choose) => {
                        view! {
                            <div class="apart">
                                {input}
                                <Button icon=Icon::FolderOpen label=t.library.choose.to_owned() on_press=choose />
                            </div>
                        }
                        .into_any()
                    }
                }
            }}
            <Hint id=hint_id hint wrong />
        </div>
    }
}

/// A password, hidden until somebody wants to see it.
#[component]
pub(crate) fn PasswordField(
    id: &'static str,
    label: &'static str,
    value: RwSignal<String>,
    /// Whether it is a new password.
    #[prop(default = false)]
    new: bool,
    #[prop(optional, into)] hint: Signal<String>,
    #[prop(optional, into)] wrong: Signal<Option<String>>,
    #[prop(optional)] testid: &'static str,
) -> impl IntoView {
    let t = app().texts();
    let shown = RwSignal::new(false);
    let hint_id = format!("{id}-hint");
    view! {
        <div class="field">
            <label for=id>{label}</label>
            <div class="with-eye">
                <input
                    class="input"
                    id=id
                    type=move || if shown.get() { "text" } else { "password" }
                    autocomplete=if new { "new-password" } else { "current-password" }
                    spellcheck="false"
                    data-testid=(!testid.is_empty()).then_some(testid)
                    aria-describedby=hint_id.clone()
                    aria-invalid=move || wrong.get().is_some().then_some("true")
                    prop:value=move || value.get()
                    on:input:target=move |ev| value.set(ev.target().value())
                />
                <button
                    type="button"
                    class="square"
                    aria-label=move || if shown.get() { t.shell.hide_password } else { t.shell.show_password }
                    aria-pressed=move || shown.get().to_string()
                    on:click=move |_| shown.update(|s| *s = !*s)
                >
                    {move || if shown.get() { view! { <Glyph icon=Icon::EyeOff /> } } else { view! { <Glyph icon=Icon::Eye /> } }}
                </button>
            </div>
            <Hint id=hint_id hint wrong />
        </div>
    }
}

/// An amount of the network's token.
#[component]
pub(crate) fn AmountField(
    id: &'static str,
    label: &'static str,
    value: RwSignal<String>,
    /// Said when what is typed is not written as an amount; other faults have their own words.
    not_an_amount: &'static str,
    /// Said below, for the amount typed.
    #[prop(into)]
    hint: Signal<String>,
    #[prop(optional, into)] wrong: Signal<Option<String>>,
    #[prop(optional)] testid: &'static str,
    /// When the field is left.
    #[prop(optional, into)]
    on_leave: Option<Callback<()>>,
) -> impl IntoView {
    let app = app();
    let hint_id = format!("{id}-hint");
    let wrong = Signal::derive(move || {
        let text = value.get();
        let fault = if text.trim().is_empty() { None } else { amounts::typed(&text, app.spoken()).err() };
        wrong.get().or_else(|| fault.map(|why| why.said(not_an_amount, app.texts())))
    });
    let left = move || {
        if let Some(leave) = on_leave {
            leave.run(());
        }
    };
    view! {
        <div class="field">
            <label for=id>{label}</label>
            <div class="with-unit">
                <input
                    class="input"
                    id=id
                    type="text"
                    inputmode="decimal"
                    autocomplete="off"
                    data-testid=(!testid.is_empty()).then_some(testid)
                    aria-describedby=hint_id.clone()
                    aria-invalid=move || wrong.get().is_some().then_some("true")
                    prop:value=move || value.get()
                    on:input:target=move |ev| value.set(ev.target().value())
                    on:blur=move |_| left()
                />
                <span class="unit" aria-hidden="true">{app.currency()}</span>
            </div>
            <Hint id=hint_id hint wrong />
        </div>
    }
}

/// One of several sentences.
#[component]
pub(crate) fn Choice(
    id: &'static str,
    label: &'static str,
    /// Value and sentence of each.
    options: Vec<(String, String)>,
    #[prop(into)] chosen: Signal<String>,
    #[prop(into)] on_choose: Callback<String>,
    #[prop(optional, into)] hint: Signal<String>,
    #[prop(optional, into)] wrong: Signal<Option<String>>,
    /// Only readers hear the label.
    #[prop(default = false)]
    bare: bool,
    #[prop(optional)] testid: &'static str,
) -> impl IntoView {
    let hint_id = format!("{id}-hint");
    view! {
        <div class="field">
            <label for=id class:only-read=bare>{label}</label>
            <select
                class="input"
                id=id
                data-testid=(!testid.is_empty()).then_some(testid)
                aria-describedby=hint_id.clone()
                on:change:target=move |ev| on_choose.run(ev.target().value())
            >
                {options
                    .into_iter()
                    .map(|(value, sentence)| {
                        let is = value.clone();
                        view! { <option value=value prop:selected=move || chosen.get() == is>{sentence}</option> }
                    })
                    .collect_view()}
            </select>
            <Hint id=hint_id hint wrong />
        </div>
    }
}
