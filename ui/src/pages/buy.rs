//! The one question between a listing and its files.

use super::listing::{access, otherwise};
use crate::{
    app::{Asked, act, app, loader},
    components::{Button, Glyph, Icon, Sheet, Trouble, TroubleHere, shown},
    state::{amounts, moments, places::Place},
    texts::fill,
};
use api::{
    ApiError, Buy, Code, Consent, GetQuote, GetTestTokens, ListingView, PurchaseView, Quote, Risk, RiskView,
    ServiceView,
};
use leptos::prelude::*;

/// The sheet.
#[component]
pub(super) fn BuySheet(listing: ListingView, open: RwSignal<bool>) -> impl IntoView {
    let app = app();
    let t = app.texts();
    let free = listing.row.price.is_zero();
    let did = listing.row.did;
    let quote = RwSignal::new(Asked::<Quote>::Waiting);
    let busy = RwSignal::new(false);
    // Without a choice there is nothing to choose from.
    let services = listing.services;
    let chosen = RwSignal::new(services.first().filter(|_| services.len() > 1).map(|service| service.index));
    let load = loader(quote, move || GetQuote { did, service: chosen.get_untracked() });
    load();
    let choose = Callback::new(move |index: u64| {
        chosen.set(Some(index));
        // What is asked about another one is no question about this one.
        quote.set(Asked::Waiting);
        load();
    });
    let again = Callback::new(move |()| load());
    let mut from = vec![fill(t.buy.from, &[("publisher", &listing.row.author)])];
    from.push(app.spoken().word(&listing.row.license).to_owned());
    from.extend(listing.row.bytes.map(|bytes| amounts::size(bytes, app.spoken())));
    from.retain(|part| !part.is_empty());
    let title = fill(if free { t.buy.title_free } else { t.buy.title }, &[("name", &listing.row.name)]);
    view! {
        <Sheet title on_close=move |()| open.set(false) held=busy testid="buy-sheet">
            <p class="small">{from.join(" · ")}</p>
            {(services.len() > 1).then(|| view! { <Which services chosen choose free busy /> })}
            {shown(quote, load, move |quote| view! { <Question quote open busy again /> })}
        </Sheet>
    }
}

/// Which of several services: they cost the same, and differ in what one gets.
#[component]
fn Which(
    services: Vec<ServiceView>,
    chosen: RwSignal<Option<u64>>,
    choose: Callback<u64>,
    free: bool,
    busy: RwSignal<bool>,
) -> impl IntoView {
    let t = app().texts();
    let l = &t.listing;
    view! {
        <fieldset class="choices" data-testid="services">
            <legend>{t.buy.which}</legend>
            {services
                .into_iter()
                .map(|ServiceView { index, terms }| {
                    let on = move || chosen.get() == Some(index);
                    view! {
                        <label class="choice" class:on=on>
                            <input
                                type="radio"
                                name="service"
                                prop:checked=on
                                disabled=move || busy.get()
                                on:change=move |_| choose.run(index)
                            />
                            <b>{format!("{}: {}", l.access, access(&terms, t))}</b>
                            <small>{format!("{}: {}", l.otherwise, otherwise(&terms, free, t))}</small>
                        </label>
                    }
                })
                .collect_view()}
        </fieldset>
    }
}

/// Price, fee, at most, left; the promise; yes or not now.
#[component]
fn Question(quote: Quote, open: RwSignal<bool>, busy: RwSignal<bool>, again: Callback<()>) -> impl IntoView {
    let app = app();
    let t = app.texts();
    let b = &t.buy;
    let tongue = app.spoken();
    let currency = app.currency();
    let wrong = RwSignal::new(None::<ApiError>);
    let free = quote.at_most.is_zero();
    let amount = amounts::amount(quote.price, tongue);
    let of = |value| amounts::amount_of(value, &currency, tongue);
    let fee = if quote.fee_wei.is_zero() {
        b.no_fee.to_owned()
    } else {
        fill(b.fee_at_most, &[("fee", &amounts::fee(quote.fee_wei, tongue))])
    };
    let now = moments::local(app.now.get_untracked());
    let until = moments::local(now.epoch + i64::try_from(quote.refund_after_seconds).unwrap_or(0)).by(now, t);
    let promise = quote.risks.is_empty().then(|| match free {
        true => (b.promise_free, b.promise_free_more.to_owned()),
        false => (b.promise, fill(b.promise_more, &[("amount", &amount), ("time", &until)])),
    });
    let unaccepted =
        RwSignal::new(quote.risks.iter().filter(|view| !view.accepted).map(|view| view.risk).collect::<Vec<_>>());
    let accepted: Vec<Risk> = quote.risks.iter().map(|view| view.risk).collect();
    // Accepted once for the network, the others for each purchase.
    let consents = quote.risks.iter().any(|view| view.risk == Risk::ForeignContracts && !view.accepted);
    let (did, service, max_price, version) = (quote.did, quote.service, quote.price, quote.version);
    let call = StoredValue::new(Buy { did, service: Some(service), max_price, version: Some(version), accepted });
    let buy = Callback::new(move |()| {
        let bought = app.of_this_network(move |purchase: PurchaseView| {
            let place = Place::Purchase(purchase.agreement);
            app.answer_purchase(purchase);
            open.try_set(false);
            app.go(place);
        });
        act(call.get_value(), busy, wrong, bought);
    });
    let confirm = Callback::new(move |()| {
        app.unlocked(move || match consents {
            true => act(Consent { given: true }, busy, wrong, move |_| {
                buy.try_run(());
            }),
            false => {
                buy.try_run(());
            }
        });
    });
    let risks = quote.risks.iter().map(|view| risk(*view, &amount, unaccepted)).collect_view();
    let poor = quote.missing.is_some();
    let gives_tokens = app.status.with_untracked(|s| s.as_ref().is_some_and(|s| s.account.test_tokens));
    let tokens = Callback::new(move |()| {
        app.unlocked(move || {
            act(GetTestTokens { amount: 100 }, busy, wrong, move |account| {
                app.take_account(account);
                again.try_run(());
            });
        });
    });
    let unlocked_later =
        quote.obstacle.as_ref().is_some_and(|error| matches!(error.code, Code::Locked | Code::NoAccount));
    let off = (quote.obstacle.is_some() && !unlocked_later) || poor;
    // Where the way out is the button itself, no alarm is needed.
    let helps = poor && gives_tokens;
    let obstacle = quote.obstacle.filter(|_| !unlocked_later && !helps);
    view! {
        <div class="sum">
            <dl class="facts">
                <dt>{b.price}</dt>
                <dd class="num">{if free { t.shell.free.to_owned() } else { of(quote.price) }}</dd>
                <dt>{b.fee}</dt>
                <dd class="num">{fee}</dd>
                <dt class="total">{b.at_most}</dt>
                <dd class="num total" data-testid="at-most">{of(quote.at_most)}</dd>
                {quote
                    .afterwards
                    .filter(|_| !free)
                    .map(|left| view! { <dt>{b.left}</dt> <dd class="num" data-testid="left-afterwards">{of(left)}</dd> })}
                {quote.missing.map(|missing| view! { <dt>{b.missing}</dt> <dd class="num">{of(missing)}</dd> })}
            </dl>
        </div>
        {promise
            .map(|(title, promise)| {
                view! {
                    <div class="promise">
                        <Glyph icon=Icon::LifeBuoy />
                        <div>
                            <b>{title}</b>
                            <p>{promise}</p>
                        </div>
                    </div>
                }
            })}
        {risks}
        {obstacle.map(|error| view! { <div class="roomy"><Trouble error /></div> })}
        {helps.then(|| view! { <p class="small gap">{t.account.test_more}</p> })}
        <TroubleHere wrong money=t.trouble.nothing_moved />
        <div class="apart end">
            <Button
                kind="quiet"
                label=t.shell.not_now.to_owned()
                off=busy
                on_press=move |()| open.set(false)
                testid="buy-not-now"
            />
            {if helps {
                view! {
                    <Button kind="primary big" label=b.get_tokens.to_owned() off=busy on_press=tokens testid="get-test-tokens" />
                }
            } else {
                let label = if free { b.confirm_free.to_owned() } else { fill(b.confirm, &[("amount", &amount)]) };
                view! {
                    <Button
                        kind="primary big"
                        label
                        off=Signal::derive(move || off || busy.get() || unaccepted.with(|risks| !risks.is_empty()))
                        on_press=confirm
                        testid="buy-confirm"
                    />
                }
            }}
        </div>
    }
}

/// Why the money may not come back, and the box that says that somebody has read it.
fn risk(view: RiskView, amount: &str, unaccepted: RwSignal<Vec<Risk>>) -> impl IntoView + use<> {
    let b = &app().texts().buy;
    let risk = view.risk;
    let (title, why, words) = match risk {
        Risk::NoTimeLimit => (b.no_promise, b.promise_no_limit, b.accept_no_limit),
        Risk::ForeignContracts => (b.unsure, b.promise_foreign, b.accept_foreign),
    };
    let amount = [("amount", amount)];
    let accept = move |ev: leptos::ev::Event| {
        let yes = event_target_checked(&ev);
        unaccepted.update(|open| {
            open.retain(|one| *one != risk);
            if !yes {
                open.push(risk);
            }
        });
    };
    let asks = (!view.accepted).then(|| {
        view! {
            <label class="check">
                <input type="checkbox" data-testid="accept-risk" on:change=accept />
                <span>{words}</span>
            </label>
        }
    });
    view! {
        <div class="promise risky" data-testid="risk">
            <Glyph icon=Icon::CircleAlert />
            <div>
                <b>{title}</b>
                <p>{fill(why, &amount)}</p>
                {asks}
            </div>
        </div>
    }
}
