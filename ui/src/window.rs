//! The frame: rail, page, horizon.

use crate::{
    app::{App, app},
    browser,
    components::{Glyph, Icon, Mark, Slip, Trouble, UnlockSheet},
    ipc, pages,
    state::{
        amounts,
        horizon::{self, Mood},
        keys::{self, Does},
        moments,
        places::Place,
    },
    texts::many,
};
use api::{Lock, LockState};
use leptos::{ev, prelude::*, task::spawn_local};
use std::time::Duration;

/// The letter after `g` has to come within this time.
const LETTER_WITHIN: i64 = 2;

/// The whole window. It is drawn anew when the language changes.
#[component]
pub(crate) fn Window() -> impl IntoView {
    let app = App::new();
    provide_context(app);
    if !ipc::inside() {
        return view! { <main class="empty"><p>{app.texts().shell.outside}</p></main> }.into_any();
    }
    app.begin();
    browser::on_system_look(move || app.settle(app.settings.get_untracked()));
    // Fails only where a page has no timers; then the clocks stand still and everything else works.
    drop(set_interval_with_handle(
        move || {
            app.now.set(moments::now());
        },
        Duration::from_secs(1),
    ));
    window_event_listener(ev::popstate, move |_| app.go_back());
    window_event_listener(ev::click, move |ev| {
        if let Some(path) = browser::followed(&ev) {
            ev.prevent_default();
            app.go(Place::of(&path));
        }
    });
    (move || {
        app.tongue.track();
        view! { <Frame /> }
    })
    .into_any()
}

/// First start, or the pages.
#[component]
fn Frame() -> impl IntoView {
    let app = app();
    // Only these three matter here: the frame must not be drawn anew with every block.
    let shows = Memo::new(move |_| {
        let lock = app.status.with(|s| s.as_ref().map(|s| s.account.lock));
        match (lock, app.stuck.with(Option::is_some)) {
            (None, true) => Shows::Stuck,
            (None, false) => Shows::Nothing,
            (Some(LockState::NoAccount), _) if !app.looking.get() => Shows::First,
            _ => Shows::Pages,
        }
    });
    move || match shows.get() {
        Shows::Nothing => view! {
            <main aria-busy="true">
                <p class="waiting" role="status">{app.texts().shell.starting}</p>
            </main>
        }
        .into_any(),
        Shows::Stuck => view! {
            <main class="narrow stack stuck">
                <div class="mark">
                    <Mark />
                    <span>"Neuston"</span>
                </div>
                <h1>{app.texts().shell.cannot_start}</h1>
                {move || {
                    app.stuck
                        .get()
                        .map(|error| view! { <Trouble error retry=Callback::new(move |()| app.begin()) /> })
                }}
            </main>
        }
        .into_any(),
        Shows::First => view! { <pages::First /> }.into_any(),
        Shows::Pages => view! { <Pages /> }.into_any(),
    }
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Shows {
    Nothing,
    Stuck,
    First,
    Pages,
}

/// Rail, page, horizon.
#[component]
fn Pages() -> impl IntoView {
    let app = app();
    let t = app.texts();
    global_keys();
    // What pages show is of the network in use; only the settings, where it is chosen, stay as they are.
    let drawn = Memo::new(move |_| {
        let place = app.place.get();
        (if place == Place::Settings { 0 } else { app.networks.get() }, place)
    });
    // Files dropped anywhere lead to the page that takes them.
    Effect::new(move |_| {
        if app.dropped.with(|paths| !paths.is_empty()) {
            app.go(Place::Publish);
        }
    });
    view! {
        <div class="window">
            <a class="skip" href="#page">{t.shell.skip}</a>
            <Rail />
            <main id="page" tabindex="-1">
                {move || match drawn.get().1 {
                    Place::Discover => view! { <pages::Discover /> }.into_any(),
                    Place::Listing(did) => view! { <pages::Listing did /> }.into_any(),
                    Place::Purchase(agreement) => view! { <pages::Purchase agreement /> }.into_any(),
                    Place::Agreement(agreement) => view! { <pages::Agreement agreement /> }.into_any(),
                    Place::Library => view! { <pages::Library /> }.into_any(),
                    Place::Publish => view! { <pages::Publish /> }.into_any(),
                    Place::Publication(id) => view! { <pages::Publication id /> }.into_any(),
                    Place::MyListings => view! { <pages::MyListings /> }.into_any(),
                    Place::Activity => view! { <pages::Activity /> }.into_any(),
                    Place::Account => view! { <pages::Account /> }.into_any(),
                    Place::Settings => view! { <pages::Settings /> }.into_any(),
                    Place::Lost => view! { <pages::Lost /> }.into_any(),
                }}
            </main>
            <Horizon />
        </div>
        <div class="only-read" aria-live="assertive">{move || app.money_news.get()}</div>
        <div class="only-read" aria-live="polite" data-testid="news">{move || app.news.get()}</div>
        <Held />
        <Slip />
        <UnlockSheet />
    }
}

/// Says what letting go would do, while files are held over the window.
#[component]
fn Held() -> impl IntoView {
    let app = app();
    let p = &app.texts().publish;
    let said = move |files| many(u64::from(files), p.held_one, p.held_many, app.spoken());
    view! {
        {move || {
            let files = app.held.get();
            (files > 0)
                .then(|| {
                    view! {
                        <div class="let-go" data-testid="files-held" role="status">
                            <Glyph icon=Icon::Upload class="icon big" />
                            <b>{said(files)}</b>
                            <small>{p.drop_more}</small>
                        </div>
                    }
                })
        }}
    }
}

fn global_keys() {
    let app = app();
    let waiting = StoredValue::new(None::<i64>);
    let handle = window_event_listener(ev::keydown, move |ev| {
        if ev.ctrl_key() || ev.alt_key() || ev.meta_key() || browser::sheet_open() {
            return;
        }
        let key = ev.key();
        if key.starts_with("Arrow") || key == "Home" || key == "End" {
            // Up and down in the search box lead into the list; in other fields they belong to the field.
            if (!browser::typing() || key == "ArrowDown" && searching()) && browser::walk(&key) {
                ev.prevent_default();
            }
            return;
        }
        if browser::typing() {
            return;
        }
        let after_g = waiting.get_value().is_some_and(|at| moments::now() - at <= LETTER_WITHIN);
        waiting.set_value(None);
        match keys::does(&key, after_g) {
            Does::Search => {
                ev.prevent_default();
                if app.place.get_untracked() == Place::Discover {
                    browser::focus("#search");
                } else {
                    app.search_focus.set(true);
                    app.go(Place::Discover);
                }
            }
            Does::Go(place) => {
                ev.prevent_default();
                app.go(place);
            }
            Does::Wait => waiting.set_value(Some(moments::now())),
            Does::Nothing => {}
        }
    });
    on_cleanup(move || handle.remove());
}

fn searching() -> bool {
    document().active_element().is_some_and(|element| element.id() == "search")
}

/// Where one can go.
#[component]
fn Rail() -> impl IntoView {
    let app = app();
    let s = &app.texts().shell;
    let open = Memo::new(move |_| app.purchases.with(|all| all.iter().filter(|p| !p.state.is_final()).count()));
    view! {
        <nav class="rail" aria-label=s.pages>
            <div class="mark">
                <Mark />
                <span>"Neuston"</span>
            </div>
            <ul>
                <Way to=Place::Discover icon=Icon::Compass label=s.discover testid="go-discover" />
                <Way to=Place::Library icon=Icon::Library label=s.library testid="go-library" badge=open />
                <Way to=Place::Publish icon=Icon::FileUp label=s.publish testid="go-publish" />
                <Way to=Place::MyListings icon=Icon::Store label=s.my_listings testid="go-listings" />
                <Way to=Place::Activity icon=Icon::History label=s.activity testid="go-activity" />
            </ul>
            <ul>
                <Way to=Place::Account icon=Icon::Wallet label=s.account testid="go-account" />
                <Way to=Place::Settings icon=Icon::Settings label=s.settings testid="go-settings" />
            </ul>
        </nav>
    }
}

#[component]
fn Way(
    to: Place,
    icon: Icon,
    label: &'static str,
    testid: &'static str,
    #[prop(optional, into)] badge: Option<Signal<usize>>,
) -> impl IntoView {
    let app = app();
    let here = Memo::new(move |_| app.place.get().under() == to);
    view! {
        <li>
            <a href=to.path() title=label data-testid=testid aria-current=move || here.get().then_some("page")>
                <Glyph icon />
                <span>{label}</span>
                {move || badge.map(|badge| badge.get()).filter(|&n| n > 0).map(|n| view! { <b class="badge">{n}</b> })}
            </a>
        </li>
    }
}

/// One sentence, always true; balance and lock.
#[component]
fn Horizon() -> impl IntoView {
    let app = app();
    let t = app.texts();
    let tongue = app.spoken();
    let sentence = Memo::new(move |_| {
        app.status.with(|status| {
            app.purchases.with(|purchases| horizon::sentence(status.as_ref(), purchases, moments::local, t, tongue))
        })
    });
    let lock = Memo::new(move |_| app.lock());
    let balance = Memo::new(move |_| {
        app.status.with(|status| {
            let account = &status.as_ref()?.account;
            account.balance.map(|balance| amounts::amount_of(balance, &account.currency, tongue))
        })
    });
    let toggle = move |_| match lock.get_untracked() {
        LockState::Unlocked => spawn_local(async move {
            match ipc::call(Lock {}).await {
                Ok(account) => app.take_account(account),
                Err(error) => app.slip.set(Some(error)),
            }
        }),
        LockState::Locked => app.unlocked(|| {}),
        LockState::NoAccount => app.looking.set(false),
    };
    view! {
        <footer class="horizon" data-testid="status-line">
            <div class="said" role="status">
                <span class=move || {
                    match sentence.with(|s| s.mood) {
                        Mood::Fine => "dot",
                        Mood::Waiting => "dot wait",
                        Mood::Trouble => "dot trouble",
                        Mood::Starting => "dot quiet",
                    }
                }></span>
                <span title=move || sentence.with(|s| format!("{} {}", s.said, s.more))>
                    <b>{move || sentence.with(|s| s.said.clone())}</b>
                    " "
                    {move || sentence.with(|s| s.more.clone())}
                </span>
            </div>
            <div class="facts">
                {move || {
                    balance
                        .get()
                        .map(|balance| view! { <a href="/account" class="num" data-testid="balance">{balance}</a> })
                }}
                <button
                    type="button"
                    data-testid="lock-toggle"
                    title=move || match lock.get() {
                        LockState::Unlocked => t.shell.lock_now,
                        LockState::Locked => t.shell.unlock,
                        LockState::NoAccount => t.account.make,
                    }
                    on:click=toggle
                >
                    {move || match lock.get() {
                        LockState::Unlocked => view! { <Glyph icon=Icon::LockOpen class="icon tiny" /> {t.shell.unlocked} },
                        LockState::Locked => view! { <Glyph icon=Icon::Lock class="icon tiny" /> {t.shell.locked} },
                        LockState::NoAccount => view! { <Glyph icon=Icon::User class="icon tiny" /> {t.shell.no_account} },
                    }}
                </button>
            </div>
        </footer>
    }
}
