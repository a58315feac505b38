//! Changing what one offers. A sheet stays until its change is there or refused: what is wrong with it is said in it.

use super::Doing;
use crate::{
    app::{Asked, act, app},
    components::{AmountField, Button, Field, Sheet, TroubleHere},
    state::{amounts, drafts},
    texts::fill,
};
use api::{ApiError, EditListing, ListingChanges, MyListing, Unlist};
use leptos::prelude::*;
use protocol::Vodka;

/// Takes a listing out of search.
#[component]
pub(super) fn UnlistSheet(
    listing: MyListing,
    doing: RwSignal<Doing>,
    listings: RwSignal<Asked<Vec<MyListing>>>,
) -> impl IntoView {
    let app = app();
    let t = app.texts();
    let m = &t.mine;
    let busy = RwSignal::new(false);
    let wrong = RwSignal::new(None::<ApiError>);
    let did = listing.did;
    let unlist = Callback::new(move |()| {
        app.unlocked(move || {
            act(Unlist { did }, busy, wrong, move |all| {
                listings.try_set(Asked::There(all));
                doing.try_set(Doing::Nothing);
            });
        });
    });
    view! {
        <Sheet
            title=fill(m.unlist_title, &[("name", &listing.name)])
            on_close=move |()| doing.set(Doing::Nothing)
            held=busy
            testid="unlist-sheet"
        >
            <div class="stack">
                <p>{m.unlist_more}</p>
                <TroubleHere wrong />
            </div>
            <div class="apart end">
                <Button
                    kind="quiet"
                    label=t.shell.not_now.to_owned()
                    off=busy
                    on_press=move |()| doing.set(Doing::Nothing)
                />
                <Button kind="danger" label=m.unlist.to_owned() off=busy on_press=unlist testid="unlist-confirm" />
            </div>
        </Sheet>
    }
}

/// Another name, another price.
#[component]
pub(super) fn EditSheet(listing: MyListing, doing: RwSignal<Doing>, again: Callback<()>) -> impl IntoView {
    let app = app();
    let t = app.texts();
    let (m, p) = (&t.mine, &t.publish);
    let tongue = app.spoken();
    let busy = RwSignal::new(false);
    let wrong = RwSignal::new(None::<ApiError>);
    let name = RwSignal::new(listing.name.clone());
    let price =
        RwSignal::new(if listing.price.is_zero() { String::new() } else { amounts::to_type(listing.price, tongue) });
    let hint = Signal::derive(move || match drafts::price(&price.get(), tongue) {
        Ok(amount) if amount.is_zero() => p.price_free.to_owned(),
        Ok(amount) => fill(p.price_hint, &[("amount", &amounts::amount(amount, tongue))]),
        Err(_) => String::new(),
    });
    let off = Signal::derive(move || {
        busy.get() || name.with(|n| n.trim().is_empty()) || drafts::price(&price.get(), tongue).is_err()
    });
    // What was wrong with the change before is over with the next letter.
    Effect::new(move |before: Option<()>| {
        name.track();
        price.track();
        if before.is_some() {
            wrong.set(None);
        }
    });
    let (did, old_name, old_price) = (listing.did, listing.name, listing.price);
    let save = move || {
        let new_name = name.get_untracked().trim().to_owned();
        let new_price = drafts::price(&price.get_untracked(), tongue).ok().filter(|new| *new != old_price);
        let changes = ListingChanges {
            name: (new_name != old_name).then_some(new_name),
            price: new_price.map(Vodka::to_ocean),
            ..ListingChanges::default()
        };
        app.unlocked(move || {
            act(EditListing { did, changes: changes.clone() }, busy, wrong, move |_| {
                doing.try_set(Doing::Nothing);
                again.try_run(());
            });
        });
    };
    view! {
        <Sheet title=m.edit_title on_close=move |()| doing.set(Doing::Nothing) held=busy testid="edit-sheet">
            <form
                class="stack"
                on:submit=move |ev| {
                    ev.prevent_default();
                    if !off.get_untracked() {
                        save();
                    }
                }
            >
                <p class="small">{m.edit_more}</p>
                <Field id="edit-name" label=p.name value=name testid="edit-name" />
                <AmountField id="edit-price" label=p.price value=price not_an_amount=p.price_wrong hint testid="edit-price" />
                <TroubleHere wrong />
                <div class="apart end">
                    <Button
                        kind="quiet"
                        label=t.shell.not_now.to_owned()
                        off=busy
                        on_press=move |()| doing.set(Doing::Nothing)
                    />
                    <Button kind="primary" label=m.apply.to_owned() submit=true off testid="edit-confirm" />
                </div>
            </form>
        </Sheet>
    }
}
