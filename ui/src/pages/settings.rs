//! Settings: looks, safety, network, storage, keyboard.

mod network;

use crate::{
    app::{Asked, app},
    browser,
    components::{Choice, Icon, Segmented, TextButton, shown},
    ipc,
    state::moments::stretch,
    texts::fill,
};
use api::{Language, Theme};
use leptos::{prelude::*, task::spawn_local};
use network::Network;

/// Minutes one can choose from; 0 is never.
const MINUTES: [u32; 5] = [1, 5, 15, 60, 0];

/// The page.
#[component]
pub(crate) fn Settings() -> impl IntoView {
    let app = app();
    let t = app.texts();
    browser::title(t.shell.settings);
    // What is not known cannot be changed: all of it is kept at once.
    let known = Memo::new(move |_| app.known.with(|known| matches!(known, Asked::There(()))));
    view! {
        <div class="narrow">
            <h1>{t.shell.settings}</h1>
            {shown(
                app.known,
                move || app.ask(),
                |()| {
                    view! {
                        <Looks />
                        <Safety />
                    }
                },
            )}
            <Network />
            {move || known.get().then(|| view! { <Storage /> })}
            <Keyboard />
        </div>
    }
}

#[component]
fn Looks() -> impl IntoView {
    let app = app();
    let s = &app.texts().settings;
    view! {
        <section class="section">
            <h2>{s.looks}</h2>
            <div class="setting">
                <div>
                    <b>{s.theme}</b>
                    <p>{s.theme_more}</p>
                </div>
                <Segmented
                    name=s.theme
                    options=vec![
                        (Theme::System, s.system),
                        (Theme::Light, s.light),
                        (Theme::Dark, s.dark),
                        (Theme::Contrast, s.contrast),
                    ]
                    chosen=Signal::derive(move || app.settings.with(|s| s.theme))
                    on_choose=move |theme| app.change_settings(move |settings| settings.theme = theme)
                />
            </div>
            <div class="setting">
                <div>
                    <b>{s.language}</b>
                    <p>{s.language_more}</p>
                </div>
                <Segmented
                    name=s.language
                    options=vec![(Language::System, s.system), (Language::English, "English"), (Language::German, "Deutsch")]
                    chosen=Signal::derive(move || app.settings.with(|s| s.language))
                    on_choose=move |language| app.change_settings(move |settings| settings.language = language)
                />
            </div>
        </section>
    }
}

#[component]
fn Safety() -> impl IntoView {
    let app = app();
    let t = app.texts();
    let s = &t.settings;
    let after = |minutes: u32| match minutes {
        0 => s.never.to_owned(),
        _ => fill(s.after, &[("time", &stretch(u64::from(minutes) * 60, t))]),
    };
    let mut choices = MINUTES.to_vec();
    let present = app.settings.with_untracked(|s| s.auto_lock_minutes);
    if !choices.contains(&present) {
        choices.insert(0, present);
    }
    view! {
        <section class="section">
            <h2>{s.safety}</h2>
            <div class="setting">
                <div>
                    <b>{s.auto_lock}</b>
                    <p>{s.auto_lock_more}</p>
                </div>
                <Choice
                    id="auto-lock"
                    label=s.auto_lock
                    bare=true
                    options=choices.into_iter().map(|minutes| (minutes.to_string(), after(minutes))).collect()
                    chosen=Signal::derive(move || app.settings.with(|s| s.auto_lock_minutes.to_string()))
                    on_choose=move |minutes: String| {
                        if let Ok(minutes) = minutes.parse() {
                            app.change_settings(move |settings| settings.auto_lock_minutes = minutes);
                        }
                    }
                    testid="auto-lock"
                />
            </div>
            <div class="setting">
                <div>
                    <b>{s.remember}</b>
                    <p>{s.remember_more}</p>
                </div>
                <label class="tick">
                    <input
                        type="checkbox"
                        prop:checked=move || app.settings.with(|s| s.remember_password)
                        on:change:target=move |ev| {
                            let on = ev.target().checked();
                            app.change_settings(move |settings| settings.remember_password = on);
                        }
                    />
                    {s.remember_on}
                </label>
            </div>
        </section>
    }
}

#[component]
fn Storage() -> impl IntoView {
    let app = app();
    let s = &app.texts().settings;
    let say = move |result: Result<(), api::ApiError>| {
        if let Err(error) = result {
            app.slip.set(Some(error));
        }
    };
    view! {
        <section class="section">
            <h2>{s.storage}</h2>
            <div class="setting">
                <div>
                    <b>{s.download_folder}</b>
                    <p class="mono">
                        {move || {
                            let folder = app.settings.with(|s| s.download_folder.clone());
                            if folder.is_empty() { s.not_chosen.to_owned() } else { folder }
                        }}
                    </p>
                </div>
                <TextButton
                    label=s.choose.to_owned()
                    icon=Icon::FolderOpen
                    name=format!("{}: {}", s.choose, s.download_folder)
                    on_press=move |()| {
                        spawn_local(async move {
                            match ipc::pick_folder().await {
                                Ok(Some(folder)) => app.change_settings(move |settings| settings.download_folder = folder),
                                Ok(None) => {}
                                Err(error) => say(Err(error)),
                            }
                        });
                    }
                />
            </div>
            <div class="setting">
                <div>
                    <b>{s.data_folder}</b>
                    <p class="mono" data-testid="data-folder">{move || app.settings.with(|s| s.data_folder.clone())}</p>
                </div>
                <TextButton
                    label=s.open.to_owned()
                    icon=Icon::FolderOpen
                    name=format!("{}: {}", s.open, s.data_folder)
                    on_press=move |()| {
                        let folder = app.settings.with_untracked(|s| s.data_folder.clone());
                        spawn_local(async move { say(ipc::reveal(&folder).await) });
                    }
                />
            </div>
        </section>
    }
}

#[component]
fn Keyboard() -> impl IntoView {
    let t = app().texts();
    let (s, pages) = (&t.settings, &t.shell);
    let ways = [
        ("d", pages.discover),
        ("l", pages.library),
        ("p", pages.publish),
        ("m", pages.my_listings),
        ("a", pages.activity),
        ("c", pages.account),
        ("s", pages.settings),
    ];
    view! {
        <section class="section">
            <h2>{s.keys}</h2>
            <dl class="facts left roomy">
                <dt><kbd>"/"</kbd></dt>
                <dd>{s.keys_search}</dd>
                <dt><kbd>"↑"</kbd> " " <kbd>"↓"</kbd></dt>
                <dd>{s.keys_lists}</dd>
                <dt><kbd>"Esc"</kbd></dt>
                <dd>{s.keys_close}</dd>
                {ways
                    .map(|(key, page)| view! { <dt><kbd>"g"</kbd> " " <kbd>{key}</kbd></dt> <dd>{page}</dd> })
                    .into_iter()
                    .collect_view()}
            </dl>
        </section>
    }
}
