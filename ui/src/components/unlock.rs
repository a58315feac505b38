//! Asking for the password when something needs it, and then doing it.

use crate::{
    app::{act, app},
    browser,
    components::{Button, PasswordField, Sheet, Trouble, headline},
};
use api::{ApiError, Code, Password, Unlock};
use leptos::prelude::*;

/// The sheet that asks for the password; there only while something waits for it.
#[component]
pub(crate) fn UnlockSheet() -> impl IntoView {
    let app = app();
    let t = app.texts();
    let waits = Memo::new(move |_| app.after_unlock.with(Option::is_some));
    let password = RwSignal::new(String::new());
    let busy = RwSignal::new(false);
    let wrong = RwSignal::new(None::<ApiError>);
    let close = move |()| {
        password.set(String::new());
        wrong.set(None);
        app.after_unlock.set(None);
    };
    let unlock = move || {
        act(Unlock { password: Password(password.get_untracked()) }, busy, wrong, move |account| {
            app.take_account(account);
            let then = app.after_unlock.get_untracked();
            close(());
            if let Some(then) = then {
                then();
            }
        });
    };
    // What is wrong with the password is said at its field, anything else in a place of its own.
    let of_password = |error: &ApiError| error.code == Code::WrongPassword;
    let said = Signal::derive(move || {
        let error = wrong.get().filter(of_password)?;
        Some(format!("{} {}", headline(error.code, t), app.say(&error.next)))
    });
    Effect::new(move |_| {
        if waits.get() {
            request_animation_frame(|| {
                browser::focus("#unlock-password");
            });
        }
    });
    move || {
        waits.get().then(|| {
            view! {
                <Sheet title=t.shell.unlock_title on_close=close testid="unlock-sheet">
                    <form
                        class="stack"
                        on:submit=move |ev| {
                            ev.prevent_default();
                            unlock();
                        }
                    >
                        <p class="small">{t.shell.unlock_why}</p>
                        <PasswordField
                            id="unlock-password"
                            label=t.shell.password
                            value=password
                            wrong=said
                            testid="unlock-password"
                        />
                        {move || {
                            wrong.get().filter(|error| !of_password(error)).map(|error| view! { <Trouble error /> })
                        }}
                        <div class="apart end">
                            <Button kind="quiet" label=t.shell.not_now.to_owned() on_press=close />
                            <Button
                                kind="primary"
                                label=t.shell.unlock.to_owned()
                                submit=true
                                off=Signal::derive(move || busy.get() || password.with(String::is_empty))
                                testid="unlock-confirm"
                            />
                        </div>
                    </form>
                </Sheet>
            }
        })
    }
}
