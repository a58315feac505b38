//! What one can do with an account: send, back up, change the password, have more of them.

use crate::{
    app::{Asked, act, app, loader},
    components::{
        AmountField, Button, Copyable, Field, Icon, PasswordField, Tag, TextButton, Trouble, TroubleHere, shown,
    },
    ipc,
    state::amounts,
    texts::{Texts, fill},
};
use api::{
    AccountView, AddAccount, ApiError, ChangePassword as Change, Code, ExportAccount, ListAccounts, Password,
    SendTokens, UseAccount,
};
use leptos::{prelude::*, task::spawn_local};
use protocol::Address;

/// The name a backup file starts with.
const BACKUP: &str = "neuston-account.json";
/// What prints the recovery words: they never come to the window.
const WORDS: &str = "neuston wallet backup --passphrase-file FILE";

/// A section that unfolds when somebody wants it.
#[component]
fn Fold(
    label: &'static str,
    more: &'static str,
    #[prop(optional)] testid: &'static str,
    children: Children,
) -> impl IntoView {
    view! {
        <details class="fold" data-testid=testid>
            <summary>
                <b>{label}</b>
                <crate::components::Glyph icon=Icon::ChevronDown />
            </summary>
            <div class="depth stack">
                <p class="small">{more}</p>
                {children()}
            </div>
        </details>
    }
}

/// Where the money is that could not be sent: a network that falls silent may have taken it up all the same.
pub(super) const fn where_it_is(code: Code, t: &Texts) -> &'static str {
    match code {
        Code::Unreachable | Code::TimedOut | Code::Internal | Code::Disk | Code::Corrupt => t.account.send_unsure,
        _ => t.buy.with_you,
    }
}

/// Sending tokens.
#[component]
pub(super) fn Send() -> impl IntoView {
    let app = app();
    let t = app.texts();
    let a = &t.account;
    let tongue = app.spoken();
    let to = RwSignal::new(String::new());
    let amount = RwSignal::new(String::new());
    let busy = RwSignal::new(false);
    let wrong = RwSignal::new(None::<ApiError>);
    let sent = RwSignal::new(None::<String>);
    let whom = Memo::new(move |_| to.with(|to| to.trim().parse::<Address>().ok()));
    let much = Memo::new(move |_| amount.with(|text| amounts::typed(text, tongue).ok()).filter(|much| !much.is_zero()));
    let to_wrong = Signal::derive(move || {
        let long = to.with(|to| to.trim().len() >= 42);
        (long && whom.get().is_none()).then(|| a.to_wrong.to_owned())
    });
    let said = Signal::derive(move || {
        fill(a.send_now, &[("amount", &much.get().map(|m| amounts::amount(m, tongue)).unwrap_or_default())])
            .trim()
            .to_owned()
    });
    let send = move || {
        let (Some(to_whom), Some(how_much)) = (whom.get_untracked(), much.get_untracked()) else { return };
        app.unlocked(move || {
            act(SendTokens { to: to_whom, amount: how_much }, busy, wrong, move |account| {
                app.take_account(account);
                sent.try_set(Some(fill(a.sent, &[("amount", &amounts::amount(how_much, tongue))])));
                to.try_set(String::new());
                amount.try_set(String::new());
            });
        });
    };
    view! {
        <Fold label=a.send more=a.send_more testid="send">
            <form
                class="stack"
                on:submit=move |ev| {
                    ev.prevent_default();
                    sent.set(None);
                    send();
                }
            >
                <Field id="send-to" label=a.to value=to wrong=to_wrong placeholder="0x…" testid="send-to" />
                <AmountField
                    id="send-amount"
                    label=a.amount
                    value=amount
                    not_an_amount=a.amount_wrong
                    hint=String::new()
                    testid="send-amount"
                />
                {move || {
                    wrong.get().map(|error| view! { <Trouble money=where_it_is(error.code, t).to_owned() error /> })
                }}
                <p role="status">{move || sent.get()}</p>
                <Button
                    kind="primary"
                    label=said
                    submit=true
                    off=Signal::derive(move || busy.get() || whom.get().is_none() || much.get().is_none())
                    testid="send-confirm"
                />
            </form>
        </Fold>
    }
}

/// An encrypted copy in a file.
#[component]
pub(super) fn Backup() -> impl IntoView {
    let app = app();
    let t = app.texts();
    let a = &t.account;
    let password = RwSignal::new(String::new());
    let path = RwSignal::new(String::new());
    let busy = RwSignal::new(false);
    let wrong = RwSignal::new(None::<ApiError>);
    let saved = RwSignal::new(None::<String>);
    let backed_up = Memo::new(move |_| app.status.with(|s| s.as_ref().is_some_and(|s| s.account.backed_up)));
    let has_words = Memo::new(move |_| app.status.with(|s| s.as_ref().is_some_and(|s| s.account.has_words)));
    let choose = Callback::new(move |()| {
        spawn_local(async move {
            match ipc::pick_save(BACKUP).await {
                Ok(Some(picked)) => {
                    path.try_set(picked);
                }
                Ok(None) => {}
                Err(error) => {
                    wrong.try_set(Some(error));
                }
            }
        });
    });
    let off =
        Signal::derive(move || busy.get() || password.with(String::is_empty) || path.with(|p| p.trim().is_empty()));
    view! {
        <section class="section">
            <h2>{a.backup}</h2>
            <p class="small" role="status">{move || if backed_up.get() { a.backup_there } else { a.backup_missing }}</p>
            <Fold label=a.backup_save more=a.backup_more testid="backup">
                <form
                    class="stack"
                    on:submit=move |ev| {
                        ev.prevent_default();
                        if !off.get_untracked() {
                            let call = ExportAccount {
                                password: Password(password.get_untracked()),
                                path: path.get_untracked().trim().to_owned(),
                            };
                            act(
                                call,
                                busy,
                                wrong,
                                move |file| {
                                    password.try_set(String::new());
                                    saved.try_set(Some(fill(a.backup_saved, &[("path", &file.path)])));
                                },
                            );
                        }
                    }
                >
                    <Field id="backup-path" label=t.first.file value=path on_choose=choose testid="backup-path" />
                    <PasswordField id="backup-password" label=t.shell.password value=password testid="backup-password" />
                    <TroubleHere wrong />
                    <p role="status">{move || saved.get()}</p>
                    <Button kind="primary" icon=Icon::Save label=a.backup_save.to_owned() submit=true off testid="backup-confirm" />
                </form>
            </Fold>
            {move || {
                has_words
                    .get()
                    .then(|| {
                        view! {
                            <Fold label=a.words more=a.words_more testid="words">
                                <Copyable name=a.words_command value=WORDS testid="words-command" />
                            </Fold>
                        }
                    })
            }}
        </section>
    }
}

/// Another password.
#[component]
pub(super) fn ChangePassword() -> impl IntoView {
    let app = app();
    let t = app.texts();
    let a = &t.account;
    let old = RwSignal::new(String::new());
    let new = RwSignal::new(String::new());
    let busy = RwSignal::new(false);
    let wrong = RwSignal::new(None::<ApiError>);
    let changed = RwSignal::new(false);
    let off = Signal::derive(move || busy.get() || old.with(String::is_empty) || new.with(|n| n.chars().count() < 8));
    view! {
        <Fold label=a.change_password more=t.first.password_hint testid="change-password">
            <form
                class="stack"
                on:submit=move |ev| {
                    ev.prevent_default();
                    if !off.get_untracked() {
                        let call = Change { old: Password(old.get_untracked()), new: Password(new.get_untracked()) };
                        act(
                            call,
                            busy,
                            wrong,
                            move |account| {
                                app.take_account(account);
                                old.try_set(String::new());
                                new.try_set(String::new());
                                changed.try_set(true);
                            },
                        );
                    }
                }
            >
                <PasswordField id="old-password" label=a.old_password value=old testid="old-password" />
                <PasswordField id="new-password" label=a.new_password value=new new=true testid="new-password" />
                <TroubleHere wrong />
                <p role="status">{move || changed.get().then_some(a.changed)}</p>
                <Button kind="primary" label=a.change_password.to_owned() submit=true off testid="change-password-confirm" />
            </form>
        </Fold>
    }
}

/// More accounts of the same words.
#[component]
pub(super) fn MoreAccounts() -> impl IntoView {
    let t = app().texts();
    let a = &t.account;
    let accounts = RwSignal::new(Asked::<Vec<AccountView>>::Waiting);
    let load = loader(accounts, || ListAccounts {});
    load();
    let name = RwSignal::new(String::new());
    let password = RwSignal::new(String::new());
    let busy = RwSignal::new(false);
    let wrong = RwSignal::new(None::<ApiError>);
    view! {
        <Fold label=a.accounts more=a.accounts_more testid="accounts">
            {shown(
                accounts,
                load,
                move |all: Vec<AccountView>| {
                    let rows = all.into_iter().map(|account| view! { <AccountRow account busy wrong /> });
                    view! { <ul>{rows.collect_view()}</ul> }
                },
            )}
            <form
                class="stack"
                on:submit=move |ev| {
                    ev.prevent_default();
                    let wanted = name.get_untracked().trim().to_owned();
                    if !wanted.is_empty() {
                        act(
                            AddAccount { name: wanted, password: Password(password.get_untracked()) },
                            busy,
                            wrong,
                            move |_| {
                                name.try_set(String::new());
                                password.try_set(String::new());
                                load();
                            },
                        );
                    }
                }
            >
                <Field id="account-name" label=a.account_name value=name testid="account-name" />
                <PasswordField id="account-password" label=t.shell.password value=password testid="account-password" />
                <TroubleHere wrong />
                <Button
                    label=a.add.to_owned()
                    submit=true
                    off=Signal::derive(move || busy.get() || name.with(|n| n.trim().is_empty()) || password.with(String::is_empty))
                    testid="account-add"
                />
            </form>
        </Fold>
    }
}

/// An account, and a way to use it.
#[component]
fn AccountRow(account: AccountView, busy: RwSignal<bool>, wrong: RwSignal<Option<ApiError>>) -> impl IntoView {
    let app = app();
    let a = &app.texts().account;
    let balance = account.balance.map(|b| amounts::amount_of(b, &account.currency, app.spoken()));
    let address = account.address;
    let here = Memo::new(move |_| app.status.with(|s| s.as_ref().and_then(|s| s.account.address)) == address);
    let name = account.name;
    let called = name.clone();
    view! {
        <li class="setting">
            <div>
                <b>{name}</b>
                " "
                <small class="num">{balance}</small>
            </div>
            {move || {
                let name = called.clone();
                match here.get() {
                    true => view! { <Tag kind="done" icon=Icon::Check label=a.in_use /> }.into_any(),
                    false => {
                        view! {
                            <TextButton
                                label=a.use_it.to_owned()
                                name=format!("{}: {name}", a.use_it)
                                off=busy
                                on_press=move |()| {
                                    let call = UseAccount { name: name.clone() };
                                    act(call, busy, wrong, move |account| app.take_account(account));
                                }
                            />
                        }
                        .into_any()
                    }
                }
            }}
        </li>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::texts::Tongue;

    #[test]
    fn money_that_was_not_sent_is_said_to_be_in_the_account_only_where_that_is_certain() {
        let t = Texts::of(Tongue::English);
        for code in [Code::Locked, Code::Refused, Code::InsufficientBalance, Code::Invalid] {
            assert_eq!(where_it_is(code, t), "Your money is still in your account.");
        }
        for code in [Code::Unreachable, Code::TimedOut, Code::Internal] {
            assert!(where_it_is(code, t).contains("or on its way"));
        }
    }
}
