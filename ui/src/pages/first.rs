//! First start: one password, or an account brought along.

use crate::{
    app::{act, app},
    browser,
    components::{Button, Field, Icon, Mark, PasswordField, Segmented, TextButton, TroubleHere},
    ipc,
    texts::{fill, many},
};
use api::{ApiError, CreateAccount, ImportAccount, ImportFrom, Password};
use leptos::{prelude::*, task::spawn_local};

/// Fewer characters protect nothing.
const SHORTEST: usize = 8;

/// How many characters a password still lacks.
fn lacking(password: &str) -> usize {
    SHORTEST.saturating_sub(password.chars().count())
}

/// Whether so many recovery words can be an account.
fn words_fit(words: &str) -> bool {
    matches!(words.split_whitespace().count(), 12 | 24)
}

/// The page of somebody new.
#[component]
pub(crate) fn First() -> impl IntoView {
    let t = app().texts();
    browser::title(t.first.title);
    let importing = RwSignal::new(false);
    view! {
        <main class="first">
            <section class="picture">
                <div class="mark">
                    <Mark />
                    <span>"Neuston"</span>
                </div>
                <div>
                    <h2>{t.first.promise}</h2>
                    <p>{t.first.promise_more}</p>
                </div>
                <svg class="surface" viewBox="18 0 600 300" preserveAspectRatio="xMidYMax slice" aria-hidden="true">
                    <path d="M0 92h640" />
                    <path d="M318 92c0-30 22-54 54-54M318 92c0-30-22-54-54-54" />
                    <path class="depth" d="M200 122c60 26 176 26 236 0M246 150c40 18 104 18 144 0" />
                    <path class="deeper" d="M96 178c130 44 316 44 446 0M168 214c96 32 206 32 302 0M232 250c60 20 112 20 172 0" />
                </svg>
            </section>
            <section class="form">
                {move || if importing.get() { view! { <Import importing /> }.into_any() } else { view! { <Create importing /> }.into_any() }}
            </section>
        </main>
    }
}

#[component]
fn Create(importing: RwSignal<bool>) -> impl IntoView {
    let app = app();
    let t = app.texts();
    let password = RwSignal::new(String::new());
    let busy = RwSignal::new(false);
    let wrong = RwSignal::new(None::<ApiError>);
    let hint = Signal::derive(move || {
        let lacks = password.with(|p| lacking(p));
        if lacks == 0 || lacks == SHORTEST {
            t.first.password_hint.to_owned()
        } else {
            many(lacks as u64, t.first.too_short_one, t.first.too_short_many, app.spoken())
        }
    });
    let off = Signal::derive(move || busy.get() || password.with(|p| lacking(p) > 0));
    request_animation_frame(|| {
        browser::focus("#first-password");
    });
    view! {
        <h1>{t.first.title}</h1>
        <p class="lead">{t.first.lead}</p>
        <form on:submit=move |ev| {
            ev.prevent_default();
            if !off.get_untracked() {
                let call = CreateAccount { password: Password(password.get_untracked()), words: 12 };
                act(call, busy, wrong, move |account| app.take_account(account));
            }
        }>
            <PasswordField id="first-password" label=t.shell.password value=password new=true hint testid="first-password" />
            <TroubleHere wrong />
            <Button
                kind="primary big wide"
                label=Signal::derive(move || if busy.get() { t.first.creating } else { t.first.create }.to_owned())
                submit=true
                off
                testid="first-create"
            />
        </form>
        <div class="else">
            <TextButton label=t.first.have_one.to_owned() icon=Icon::KeyRound testid="first-import" on_press=move |()| importing.set(true) />
            <TextButton label=t.first.look_first.to_owned() icon=Icon::Compass testid="first-look" on_press=move |()| app.looking.set(true) />
        </div>
    }
}

#[component]
fn Import(importing: RwSignal<bool>) -> impl IntoView {
    let app = app();
    let t = app.texts();
    let by_words = RwSignal::new(true);
    let words = RwSignal::new(String::new());
    let path = RwSignal::new(String::new());
    let file_password = RwSignal::new(String::new());
    let password = RwSignal::new(String::new());
    let busy = RwSignal::new(false);
    let wrong = RwSignal::new(None::<ApiError>);
    let off = Signal::derive(move || {
        let source = if by_words.get() { words.with(|w| words_fit(w)) } else { path.with(|p| !p.trim().is_empty()) };
        busy.get() || !source || password.with(|p| lacking(p) > 0)
    });
    let words_wrong = Signal::derive(move || {
        let count = words.with(|w| w.split_whitespace().count());
        (count > 12 && count != 24).then(|| fill(t.first.words_wrong, &[("n", &count.to_string())]))
    });
    let bring = move || {
        let from = if by_words.get_untracked() {
            ImportFrom::Words {
                words: words.get_untracked().split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase(),
            }
        } else {
            ImportFrom::Keystore {
                path: path.get_untracked().trim().to_owned(),
                file_password: Password(file_password.get_untracked()),
            }
        };
        act(ImportAccount { from, password: Password(password.get_untracked()) }, busy, wrong, move |account| {
            app.take_account(account)
        });
    };
    request_animation_frame(|| {
        browser::focus("#words");
    });
    let choose = Callback::new(move |()| {
        spawn_local(async move {
            match ipc::pick_files().await {
                Ok(files) => {
                    if let Some(file) = files.into_iter().next() {
                        path.try_set(file);
                    }
                }
                Err(error) => {
                    wrong.try_set(Some(error));
                }
            }
        });
    });
    view! {
        <h1>{t.first.import_title}</h1>
        <p class="lead">{t.first.import_lead}</p>
        <form on:submit=move |ev| {
            ev.prevent_default();
            if !off.get_untracked() {
                bring();
            }
        }>
            <Segmented
                name=t.first.from
                options=vec![(true, t.first.from_words), (false, t.first.from_file)]
                chosen=by_words
                on_choose=move |chosen| by_words.set(chosen)
            />
            {move || {
                if by_words.get() {
                    view! {
                        <Field id="words" label=t.first.words value=words hint=t.first.words_hint.to_owned() wrong=words_wrong tall=true testid="import-words" />
                    }
                    .into_any()
                } else {
                    view! {
                        <Field id="backup-file" label=t.first.file value=path hint=t.first.file_hint.to_owned() on_choose=choose testid="import-file" />
                        <PasswordField id="file-password" label=t.first.file_password value=file_password testid="import-file-password" />
                    }
                    .into_any()
                }
            }}
            <PasswordField
                id="import-password"
                label=t.first.new_password
                value=password
                new=true
                hint=t.first.password_hint.to_owned()
                testid="import-password"
            />
            <TroubleHere wrong />
            <Button kind="primary big wide" label=t.first.import.to_owned() submit=true off testid="import-confirm" />
        </form>
        <div class="else">
            <TextButton label=t.first.start_new.to_owned() icon=Icon::ArrowLeft on_press=move |()| importing.set(false) />
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_counted_in_characters() {
        assert_eq!(lacking("käsebrot"), 0);
        assert_eq!(lacking("käse"), 4);
    }

    #[test]
    fn twelve_or_twenty_four_words() {
        assert!(words_fit(&"abandon ".repeat(12)) && words_fit(&"abandon\n".repeat(24)));
        assert!(!words_fit(&"abandon ".repeat(13)) && !words_fit(""));
    }
}
