//! The account: balance, address, backup, lock.

mod fees;
mod ways;

use crate::{
    app::{act, app},
    browser,
    components::{Button, Copyable, Empty, Glyph, Icon, TroubleHere},
    ipc,
    state::amounts,
    texts::fill,
};
use api::{ApiError, GetTestTokens, Lock, LockState};
use fees::NetworkFees;
use leptos::{prelude::*, task::spawn_local};
use ways::{Backup, ChangePassword, MoreAccounts, Send};

/// Test tokens one gets at once.
const GIFT: u64 = 100;

/// The page.
#[component]
pub(crate) fn Account() -> impl IntoView {
    let app = app();
    let t = app.texts();
    let a = &t.account;
    browser::title(t.shell.account);
    // Only this: what somebody has begun to write stays while the account is locked and unlocked.
    let none = Memo::new(move |_| app.lock() == LockState::NoAccount);
    view! {
        <div class="narrow">
            <h1>{t.shell.account}</h1>
            {move || match none.get() {
                true => {
                    view! {
                        <Empty title=a.none more=a.none_more>
                            <Button kind="primary" label=a.make.to_owned() on_press=move |()| app.looking.set(false) />
                        </Empty>
                    }
                    .into_any()
                }
                false => {
                    view! {
                        <Balance />
                        <Receive />
                        <NetworkFees />
                        <LockRow />
                        <Backup />
                        <section class="section">
                            <h2>{a.more}</h2>
                            <Send />
                            <ChangePassword />
                            <MoreAccounts />
                        </section>
                    }
                    .into_any()
                }
            }}
        </div>
    }
}

#[component]
fn Balance() -> impl IntoView {
    let app = app();
    let t = app.texts();
    let a = &t.account;
    let tongue = app.spoken();
    let account = Memo::new(move |_| app.status.with(|s| s.as_ref().map(|s| s.account.clone())));
    let busy = RwSignal::new(false);
    let wrong = RwSignal::new(None::<ApiError>);
    let get = Callback::new(move |()| {
        app.unlocked(move || {
            act(GetTestTokens { amount: GIFT }, busy, wrong, move |account| app.take_account(account))
        });
    });
    view! {
        <section class="stack roomy">
            {move || {
                account
                    .get()
                    .map(|account| {
                        let aside = (!account.set_aside.is_zero())
                            .then(|| fill(a.set_aside, &[("amount", &amounts::amount(account.set_aside, tongue))]));
                        view! {
                            <div>
                                <small>{a.balance}</small>
                                <p class="balance" data-testid="account-balance">
                                    {match account.balance {
                                        Some(balance) => {
                                            view! {
                                                {amounts::amount(balance, tongue)}
                                                <small>{account.currency}</small>
                                            }
                                            .into_any()
                                        }
                                        None => view! { <small>{a.unknown}</small> }.into_any(),
                                    }}
                                </p>
                                <p class="small">{aside}</p>
                            </div>
                            {account
                                .test_tokens
                                .then(|| {
                                    view! {
                                        <div class="notice water notice-row">
                                            <Glyph icon=Icon::Gift />
                                            <div class="grow">
                                                <b>{a.test_tokens}</b>
                                                <p>{a.test_more}</p>
                                            </div>
                                            <Button label=a.test_amount.to_owned() off=busy on_press=get testid="get-test-tokens" />
                                        </div>
                                    }
                                })}
                        }
                    })
            }}
            <TroubleHere wrong />
        </section>
    }
}

#[component]
fn Receive() -> impl IntoView {
    let app = app();
    let a = &app.texts().account;
    let address = Memo::new(move |_| app.status.with(|s| s.as_ref().and_then(|s| s.account.address)));
    move || {
        address.get().map(|address| {
            view! {
                <section class="section">
                    <h2>{a.receive}</h2>
                    <p class="small">{a.receive_more}</p>
                    <div class="gap">
                        <Copyable name=a.address value=address.to_string() testid="address" />
                    </div>
                </section>
            }
        })
    }
}

#[component]
fn LockRow() -> impl IntoView {
    let app = app();
    let a = &app.texts().account;
    let unlocked = Memo::new(move |_| app.lock() == LockState::Unlocked);
    let toggle = Callback::new(move |()| {
        if unlocked.get_untracked() {
            spawn_local(async move {
                match ipc::call(Lock {}).await {
                    Ok(account) => app.take_account(account),
                    Err(error) => app.slip.set(Some(error)),
                }
            });
        } else {
            app.unlocked(|| {});
        }
    });
    view! {
        <section class="section">
            <h2>{a.lock}</h2>
            <div class="setting">
                <p role="status">{move || if unlocked.get() { a.is_unlocked } else { a.is_locked }}</p>
                <Button
                    label=Signal::derive(move || if unlocked.get() { a.lock_now } else { a.unlock }.to_owned())
                    on_press=toggle
                    testid="account-lock"
                />
            </div>
        </section>
    }
}
