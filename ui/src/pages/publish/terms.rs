//! The third page: price, licence, promise.

use super::form;
use crate::{
    components::{AmountField, Choice, Field},
    state::{amounts, drafts},
    texts::{Publishing, fill},
};
use leptos::prelude::*;

/// What one chooses when none of the licences fits.
const OTHER: &str = "other";

/// The licences as sentences.
pub(super) fn licences(p: &Publishing) -> Vec<(String, String)> {
    [
        ("CC-BY-4.0", p.licence_by),
        ("CC0-1.0", p.licence_zero),
        ("CC-BY-SA-4.0", p.licence_sa),
        ("CC-BY-NC-4.0", p.licence_nc),
        ("ODbL-1.0", p.licence_odbl),
        ("NEUSTON-USE-1.0", p.licence_use),
        ("NEUSTON-INTERNAL-1.0", p.licence_internal),
        (OTHER, p.licence_other),
    ]
    .map(|(id, sentence)| (id.to_owned(), sentence.to_owned()))
    .into()
}

/// Promises, in seconds.
pub(super) fn promises(p: &Publishing) -> Vec<(String, String)> {
    [(0, p.promise_default), (1800, p.promise_30), (14_400, p.promise_4h), (86_400, p.promise_day)]
        .map(|(seconds, sentence)| (seconds.to_string(), sentence.to_owned()))
        .into()
}

/// How long buyers may fetch it, in seconds.
pub(super) fn accesses(p: &Publishing) -> Vec<(String, String)> {
    [(0, p.access_forever), (30 * 86_400, p.access_month), (7 * 86_400, p.access_week)]
        .map(|(seconds, sentence)| (seconds.to_string(), sentence.to_owned()))
        .into()
}

/// The sentence of a choice.
pub(super) fn sentence(options: &[(String, String)], value: &str) -> String {
    options.iter().find(|(v, _)| v == value).map_or_else(|| value.to_owned(), |(_, sentence)| sentence.clone())
}

/// Price, licence, promise, access.
#[component]
pub(super) fn Terms() -> impl IntoView {
    let form = form();
    let app = form.app;
    let p = &app.texts().publish;
    let price = form.field(|d| &d.price, |d| &mut d.price);
    let licence = form.field(|d| &d.license, |d| &mut d.license);
    let listed = licences(p);
    let known: Vec<String> = listed.iter().map(|(id, _)| id.clone()).filter(|id| id != OTHER).collect();
    let is_known = Memo::new(move |_| licence.with(|l| known.contains(l)));
    let hint = Signal::derive(move || match drafts::price(&price.get(), form.tongue) {
        Ok(amount) if amount.is_zero() => p.price_free.to_owned(),
        Ok(amount) => fill(p.price_hint, &[("amount", &amounts::amount(amount, form.tongue))]),
        Err(_) => String::new(),
    });
    let keep = Callback::new(move |()| form.keep());
    view! {
        <div class="stack">
            <AmountField
                id="publish-price"
                label=p.price
                value=price
                not_an_amount=p.price_wrong
                hint
                wrong=form.wrong_at("price")
                on_leave=keep
                testid="publish-price"
            />
            <Choice
                id="publish-license"
                label=p.licence
                options=listed
                chosen=Signal::derive(move || if is_known.get() { licence.get() } else { OTHER.to_owned() })
                on_choose=move |chosen: String| licence.set(if chosen == OTHER { String::new() } else { chosen })
                testid="publish-license"
            />
            {move || {
                (!is_known.get())
                    .then(|| {
                        view! {
                            <Field
                                id="publish-license-name"
                                label=p.licence_name
                                value=licence
                                wrong=form.wrong_at("license")
                                on_leave=keep
                                testid="publish-license-name"
                            />
                        }
                    })
            }}
            <Choice
                id="publish-promise"
                label=p.promise
                options=promises(p)
                chosen=Signal::derive(move || form.draft.with(|d| d.deliver_within_seconds.to_string()))
                on_choose=move |chosen: String| {
                    form.draft.update(|d| d.deliver_within_seconds = chosen.parse().unwrap_or_default());
                    form.keep();
                }
                hint=p.promise_hint.to_owned()
                testid="publish-promise"
            />
            <Choice
                id="publish-access"
                label=p.access
                options=accesses(p)
                chosen=Signal::derive(move || form.draft.with(|d| d.access_seconds.to_string()))
                on_choose=move |chosen: String| {
                    form.draft.update(|d| d.access_seconds = chosen.parse().unwrap_or_default());
                    form.keep();
                }
                testid="publish-access"
            />
        </div>
    }
}
