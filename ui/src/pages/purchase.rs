//! A purchase on its way: two clocks, a line of steps, and what to do at the end. It may be closed at any time.

use super::save_to::SaveSheet;
use crate::{
    app::{App, Asked, act, app},
    browser,
    components::{
        Below, Button, Clocks, Glyph, Icon, Number, TextButton, Timeline, Trouble, TroubleHere, listing_path, shown,
    },
    ipc,
    state::{
        moments,
        places::Place,
        purchases::{self, Ending},
    },
    texts::fill,
};
use api::{ApiError, GetPurchase, PurchaseState, PurchaseView, Refund, Resume, SaveReceipt, StepKind, WaitingFor};
use leptos::{prelude::*, task::spawn_local};
use protocol::AgreementId;

/// The page.
#[component]
pub(crate) fn Purchase(agreement: AgreementId) -> impl IntoView {
    let app = app();
    let purchase = RwSignal::new(Asked::<PurchaseView>::Waiting);
    // A reply may come after the event that told of what followed it: all views go one way, which never leads back.
    let still = app.same_network();
    let load = move || {
        spawn_local(async move {
            match ipc::call(GetPurchase { agreement }).await {
                Ok(view) if still() => app.answer_purchase(view),
                Ok(_) => {}
                Err(error) => {
                    purchase.try_update(|shown| match shown {
                        Asked::There(_) => {}
                        Asked::Waiting | Asked::Failed(_) => *shown = Asked::Failed(error),
                    });
                }
            }
        });
    };
    load();
    // Events carry the whole view: the newest one shows.
    Effect::new(move |_| {
        let newest = app.purchases.with(|all| all.iter().find(|p| p.agreement == agreement).cloned());
        if let Some(newest) = newest {
            purchase.set(Asked::There(newest));
        }
    });
    let saving = RwSignal::new(false);
    // Kept here: the rest is drawn anew with each event.
    let asked_back = AskedBack { busy: RwSignal::new(false), wrong: RwSignal::new(None) };
    let written = Written { busy: RwSignal::new(false), wrong: RwSignal::new(None), saved: RwSignal::new(None) };
    view! {
        <div class="narrow">
            {shown(purchase, load, move |purchase| view! { <Way purchase saving asked_back written /> })}
            {move || saving.get().then(|| view! { <SaveSheet agreement index=None open=saving then=Place::Library /> })}
        </div>
    }
}

/// The money was asked back: whether that is on its way, and what was wrong with it.
#[derive(Clone, Copy)]
struct AskedBack {
    busy: RwSignal<bool>,
    wrong: RwSignal<Option<ApiError>>,
}

/// A receipt was asked for: whether it is being written, what was wrong with it, and where it is.
#[derive(Clone, Copy)]
struct Written {
    busy: RwSignal<bool>,
    wrong: RwSignal<Option<ApiError>>,
    saved: RwSignal<Option<String>>,
}

#[component]
fn Way(purchase: PurchaseView, saving: RwSignal<bool>, asked_back: AskedBack, written: Written) -> impl IntoView {
    let app = app();
    let t = app.texts();
    let b = &t.buy;
    let tongue = app.spoken();
    browser::title(&purchase.name);
    let lines = purchases::timeline(&purchase, t, tongue);
    let clocks = purchases::has_clocks(&purchase).then(|| view! { <Clocks purchase=purchase.clone() /> });
    let ending = purchases::ending(&purchase, t, tongue);
    let going_on = matches!(ending, Ending::Open);
    let lead = going_on.then_some(if purchase.may_close { b.may_close } else { b.keep_open });
    let trouble = purchase.trouble.clone().filter(|_| going_on);
    let money = purchases::money(&purchase, t, tongue);
    let set_aside = money.clone();
    let waits_for_unlock = purchase.waiting_for == WaitingFor::Unlock;
    let agreement = purchase.agreement;
    let state = purchase.state;
    view! {
        <div class="stack" data-testid="purchase" data-state=state.name()>
            <div>
                <nav class="crumbs" aria-label=t.shell.back>
                    <a href="/library">{t.shell.library}</a>
                    " / "
                    {b.crumb}
                </nav>
                <h1>{purchase.name.clone()}</h1>
                <p class="muted">{lead}</p>
                <span class="only-read" data-testid="purchase-state">{state.name()}</span>
            </div>
            <End ending purchase=purchase.clone() saving />
            {waits_for_unlock
                .then(|| {
                    view! {
                        <div class="notice notice-row">
                            <Glyph icon=Icon::Lock />
                            <b class="grow">{b.unlock_to_go_on}</b>
                            <Button
                                kind="small"
                                label=t.shell.unlock.to_owned()
                                on_press=move |()| app.unlocked(move || resume(app, agreement))
                                testid="purchase-unlock"
                            />
                        </div>
                    }
                })}
            {trouble
                .map(|error| match money {
                    Some(money) => view! { <Trouble error money retry=Callback::new(move |()| resume(app, agreement)) /> },
                    None => view! { <Trouble error retry=Callback::new(move |()| resume(app, agreement)) /> },
                })}
            {clocks}
            <Timeline lines />
            {(state == PurchaseState::Refundable).then(|| view! { <TakeBack agreement money=set_aside.unwrap_or_default() asked_back /> })}
            {matches!(state, PurchaseState::Completed | PurchaseState::Refunded)
                .then(|| view! { <Receipt agreement name=purchase.name.clone() written /> })}
            <Depth purchase />
        </div>
    }
}

/// Goes on with a purchase; what comes of it arrives as events.
fn resume(app: App, agreement: AgreementId) {
    let still = app.same_network();
    spawn_local(async move {
        match ipc::call(Resume { agreement: Some(agreement) }).await {
            Ok(_) if !still() => {}
            Ok(all) => all.into_iter().for_each(|purchase| app.answer_purchase(purchase)),
            Err(error) if still() => app.slip.set(Some(error)),
            Err(_) => {}
        }
    });
}

/// What is said at the end, and what one can do then.
#[component]
fn End(ending: Ending, purchase: PurchaseView, saving: RwSignal<bool>) -> impl IntoView {
    let app = app();
    let b = &app.texts().buy;
    let name = purchase.name.clone();
    match ending {
        Ending::Open => ().into_any(),
        Ending::Yours { title, more } => view! {
            <div class="notice done" role="status" data-testid="purchase-yours">
                <Glyph icon=Icon::CircleCheck />
                <div class="grow">
                    <b>{title}</b>
                    <p>{more}</p>
                    <div class="ways">
                        <a href="/library">{b.to_library}</a>
                    </div>
                </div>
                <Button
                    kind="primary"
                    icon=Icon::Download
                    label=b.download.to_owned()
                    on_press=move |()| saving.set(true)
                    testid="download"
                />
            </div>
        }
        .into_any(),
        Ending::NotYours { title, more } => view! {
            <div class="notice trouble" role="status" data-testid="purchase-returned">
                <Glyph icon=Icon::Undo2 />
                <div class="grow">
                    <b>{title}</b>
                    <p>{more}{purchase.trouble.map(|error| format!(" {}", app.say(&error.message)))}</p>
                    <div class="ways">
                        <a href=listing_path(purchase.did)>{b.again}</a>
                        <a
                            href="/"
                            on:click=move |_| {
                                let words = name.clone();
                                app.wish.update(|wish| {
                                    wish.text = words.split([',', ':', '(']).next().unwrap_or("").to_owned();
                                    wish.page = 0;
                                });
                            }
                        >
                            {b.similar}
                        </a>
                    </div>
                </div>
            </div>
        }
        .into_any(),
    }
}

#[component]
fn TakeBack(
    agreement: AgreementId,
    /// Where the money is; empty where there is none.
    money: String,
    asked_back: AskedBack,
) -> impl IntoView {
    let app = app();
    let b = &app.texts().buy;
    let AskedBack { busy, wrong } = asked_back;
    let trouble = match money.is_empty() {
        true => view! { <TroubleHere wrong /> }.into_any(),
        false => view! { <TroubleHere wrong money /> }.into_any(),
    };
    view! {
        {trouble}
        <TextButton
            label=b.take_back.to_owned()
            icon=Icon::Undo2
            off=busy
            testid="refund"
            on_press=move |()| {
                let given_back = app.of_this_network(move |purchase| app.answer_purchase(purchase));
                act(Refund { agreement }, busy, wrong, given_back);
            }
        />
    }
}

/// A page that says what was agreed and what became of it, with the proof attached.
#[component]
fn Receipt(agreement: AgreementId, name: String, written: Written) -> impl IntoView {
    let app = app();
    let b = &app.texts().buy;
    let Written { busy, wrong, saved } = written;
    let file = file_name(&name);
    let save = move || {
        let file = file.clone();
        spawn_local(async move {
            match ipc::pick_save(&file).await {
                Ok(Some(path)) => act(SaveReceipt { agreement, path }, busy, wrong, move |file| {
                    saved.try_set(Some(fill(b.receipt_saved, &[("path", &file.path)])));
                }),
                Ok(None) => {}
                Err(error) => {
                    wrong.try_set(Some(error));
                }
            }
        });
    };
    view! {
        <TroubleHere wrong />
        <div class="notice-row">
            <TextButton
                label=b.receipt.to_owned()
                icon=Icon::FileText
                off=busy
                testid="receipt"
                on_press=move |()| app.unlocked(save.clone())
            />
            <p class="small muted" role="status">
                {move || saved.get()}
            </p>
        </div>
    }
}

/// What a receipt of something with this name is called: letters, digits and hyphens.
fn file_name(name: &str) -> String {
    let words: Vec<String> = name
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .take(8)
        .collect();
    format!("receipt-{}.pdf", words.join("-"))
}

/// The name of a step as scripts know it.
fn event_name(kind: StepKind) -> &'static str {
    match kind {
        StepKind::Agreed => "agreed",
        StepKind::OnRecord => "on_record",
        StepKind::SetAside => "set_aside",
        StepKind::Opened => "opened",
        StepKind::Keys => "keys",
        StepKind::Paid => "paid",
        StepKind::TimeOver => "time_over",
        StepKind::MoneyBack => "money_back",
    }
}

#[component]
fn Depth(purchase: PurchaseView) -> impl IntoView {
    let t = app().texts();
    let b = &t.buy;
    view! {
        <Below label=b.below testid="below">
            <dl class="facts left small">
                <dt>{b.agreement}</dt>
                <dd><Number value=purchase.agreement.to_string() /></dd>
                <dt>{t.listing.number}</dt>
                <dd><Number value=purchase.did.to_string() /></dd>
                <dt>{b.state}</dt>
                <dd><Number value=purchase.state.name() /></dd>
                {purchase
                    .opens_by_block
                    .filter(|&block| block > 0)
                    .map(|block| view! { <dt>{b.last_block}</dt> <dd class="num">{block}</dd> })}
                <dt>{b.newest_block}</dt>
                <dd class="num">{purchase.block}</dd>
            </dl>
            <div class="table-scroll roomy">
                <table>
                    <thead>
                        <tr>
                            <th scope="col">{b.step}</th>
                            <th scope="col" class="num">{b.after}</th>
                            <th scope="col" class="num">{b.block}</th>
                            <th scope="col">{b.event}</th>
                        </tr>
                    </thead>
                    <tbody>
                        {purchase
                            .steps
                            .into_iter()
                            .filter(|step| step.at.is_some())
                            .map(|step| {
                                let at = step.at.as_deref().and_then(moments::read).map(|m| m.clock_with_seconds());
                                let after = step.after_ms.map(|ms| format!("{ms}\u{a0}ms")).or(at);
                                view! {
                                    <tr>
                                        <td><Number value=event_name(step.kind) /></td>
                                        <td class="num">{after}</td>
                                        <td class="num">{step.block}</td>
                                        <td>{step.tx.map(|tx| view! { <Number value=tx.to_string() /> })}</td>
                                    </tr>
                                }
                            })
                            .collect_view()}
                    </tbody>
                </table>
            </div>
        </Below>
    }
}
