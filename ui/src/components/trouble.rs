//! Trouble: first where the money is, then what happened, then what one can do.

use crate::{
    app::app,
    components::{Glyph, Icon, TextButton},
    texts::Texts,
};
use api::{ApiError, Code, LockState};
use leptos::prelude::*;

/// The headline for a kind of error, in the language of the window.
pub(crate) const fn headline(code: Code, t: &Texts) -> &'static str {
    let e = &t.trouble;
    match code {
        Code::Invalid => e.invalid,
        Code::NotFound => e.not_found,
        Code::NoAccount => e.no_account,
        Code::Locked => e.locked,
        Code::WrongPassword => e.wrong_password,
        Code::InsufficientBalance => e.insufficient,
        Code::Own => e.own,
        Code::AlreadyOwned => e.owned,
        Code::Changed => e.changed,
        Code::Refused => e.refused,
        Code::Unreachable => e.unreachable,
        Code::TimedOut => e.timed_out,
        Code::NotOpened => e.not_opened,
        Code::Disk => e.disk,
        Code::Corrupt => e.corrupt,
        Code::Busy => e.busy,
        Code::Internal => e.internal,
    }
}

/// The picture for a kind of error.
const fn picture(code: Code) -> Icon {
    match code {
        Code::Unreachable | Code::TimedOut => Icon::WifiOff,
        Code::Locked | Code::WrongPassword | Code::Refused => Icon::Lock,
        Code::Corrupt | Code::Changed => Icon::ShieldAlert,
        Code::Disk => Icon::HardDrive,
        _ => Icon::CircleAlert,
    }
}

/// An error where it happened.
#[component]
pub(crate) fn Trouble(
    error: ApiError,
    /// Where the money is, where there is money in it.
    #[prop(optional, into)]
    money: Option<String>,
    #[prop(optional, into)] retry: Option<Callback<()>>,
) -> impl IntoView {
    let app = app();
    let t = app.texts();
    let head = money.unwrap_or_else(|| headline(error.code, t).to_owned());
    // Only this: the button must not be another one with every block.
    let locked = error.code == Code::Locked;
    let opens = Memo::new(move |_| locked && app.lock() == LockState::Locked);
    // What the headline says already is not said twice.
    let (said, head_said) = (app.say(&error.message), head.clone());
    view! {
        <div class="notice trouble" role="alert" data-testid="trouble">
            <Glyph icon=picture(error.code) />
            <div class="grow">
                <b>{head}</b>
                {(said != head_said).then(|| view! { <p>{said.clone()}</p> })}
                <p class="next">{app.say(&error.next)}</p>
                {move || {
                    opens
                        .get()
                        .then(|| {
                            view! {
                                <div class="ways">
                                    <TextButton
                                        label=t.shell.unlock.to_owned()
                                        on_press=move |()| app.unlocked(|| {})
                                        testid="trouble-unlock"
                                    />
                                </div>
                            }
                        })
                }}
                {retry
                    .map(|retry| {
                        view! {
                            <div class="ways">
                                <TextButton label=t.shell.try_again.to_owned() on_press=retry />
                            </div>
                        }
                    })}
            </div>
        </div>
    }
}

/// The place for an error that may come; empty until then.
#[component]
pub(crate) fn TroubleHere(
    wrong: RwSignal<Option<ApiError>>,
    #[prop(optional, into)] money: Option<String>,
) -> impl IntoView {
    move || {
        let money = money.clone();
        wrong.get().map(|error| match money {
            Some(money) => view! { <Trouble error money /> }.into_any(),
            None => view! { <Trouble error /> }.into_any(),
        })
    }
}

/// An error that belongs to no place of the page: what was pressed in passing did not work, or what all pages share could
/// not be asked.
#[component]
pub(crate) fn Slip() -> impl IntoView {
    let app = app();
    let s = &app.texts().shell;
    move || {
        let (from, trouble) = match (app.slip.get(), app.missed.get()) {
            (Some(error), _) => (app.slip, view! { <Trouble error /> }.into_any()),
            (None, Some(error)) => {
                (app.missed, view! { <Trouble error retry=Callback::new(move |()| app.ask()) /> }.into_any())
            }
            (None, None) => return None,
        };
        Some(view! {
            <div class="slip" data-testid="slip">
                {trouble}
                <button type="button" class="square" aria-label=s.close on:click=move |_| from.set(None)>
                    <Glyph icon=Icon::X />
                </button>
            </div>
        })
    }
}
