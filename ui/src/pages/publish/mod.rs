//! Publishing: files, description, price and terms, review. The draft keeps itself.

mod describe;
mod files;
mod review;
mod terms;

use crate::{
    app::{App, Asked, act, app},
    browser,
    components::{Button, Glyph, Icon, TroubleHere},
    ipc,
    state::{
        drafts::{self, Page},
        moments,
        places::Place,
    },
    texts::fill,
};
use api::{ApiError, Draft, FilePreview, FileSource, Inspect, SaveDraft};
use describe::Describe;
use files::Files;
use leptos::{leptos_dom::helpers::TimeoutHandle, prelude::*, task::spawn_local};
use review::Review;
use std::time::Duration;
use terms::Terms;

/// A draft is kept so long after the last key.
const KEEP_AFTER: Duration = Duration::from_millis(600);

/// A listing being written, shared by the pages of the form.
#[derive(Clone, Copy)]
struct Form {
    app: App,
    draft: RwSignal<Draft>,
    /// What a look into each file found, in the order of the draft's files.
    previews: RwSignal<Vec<(FileSource, Asked<FilePreview>)>>,
    page: RwSignal<Page>,
    /// Whether somebody tried to go on: then what is missing shows.
    tried: RwSignal<bool>,
    /// What was kept last; one keeping at a time, so that a new draft gets one number.
    kept: StoredValue<Draft>,
    keeping: StoredValue<bool>,
    /// The keeping that follows the last key.
    soon: StoredValue<Option<TimeoutHandle>>,
    busy: RwSignal<bool>,
    wrong: RwSignal<Option<ApiError>>,
}

fn form() -> Form {
    expect_context::<Form>()
}

impl Form {
    /// Takes up a draft: its files are looked into again.
    fn take_up(self, draft: Draft) {
        let draft = drafts::taken_up(draft, self.app.spoken());
        let sources = draft.files.clone();
        self.kept.set_value(drafts::content(&draft));
        self.draft.set(draft);
        self.previews.set(Vec::new());
        for source in sources {
            self.look_into(source);
        }
    }

    /// Adds a file, once.
    fn add(self, source: FileSource) {
        if self.draft.with_untracked(|d| d.files.contains(&source)) {
            return;
        }
        self.draft.update(|draft| draft.files.push(source.clone()));
        self.look_into(source);
        self.tried.set(false);
    }

    fn look_into(self, source: FileSource) {
        self.previews.update(|all| all.push((source.clone(), Asked::Waiting)));
        spawn_local(async move {
            let answer = ipc::call(Inspect { source: source.clone() }).await;
            if let Ok(preview) = &answer {
                self.draft.try_update(|draft| drafts::take_in(draft, preview));
            }
            self.previews.try_update(|all| {
                if let Some((_, place)) = all.iter_mut().find(|(of, _)| *of == source) {
                    *place = answer.into();
                }
            });
            self.keep();
        });
    }

    /// Takes a file out again.
    fn remove(self, source: &FileSource) {
        self.draft.update(|draft| {
            draft.files.retain(|s| s != source);
            if draft.files.is_empty() {
                draft.columns.clear();
            }
        });
        self.previews.update(|all| all.retain(|(s, _)| s != source));
        self.keep();
    }

    /// Keeps the draft on disk. A fault only says that it is not kept; the form still has everything.
    fn keep(self) {
        let Some(draft) = self.draft.try_get_untracked() else { return };
        let content = drafts::content(&draft);
        let nothing = draft.files.is_empty() && draft.name.is_empty();
        if nothing || self.keeping.get_value() || self.kept.with_value(|kept| *kept == content) {
            return;
        }
        self.keeping.set_value(true);
        let draft = drafts::to_send(&draft, self.app.spoken());
        spawn_local(async move {
            let answer = ipc::call(SaveDraft { draft }).await;
            self.keeping.try_update_value(|keeping| *keeping = false);
            match answer {
                Ok(new) => {
                    let here = self.draft.try_update(|draft| {
                        draft.id = new.id;
                        draft.saved = new.saved;
                    });
                    if here.is_some() {
                        self.kept.set_value(content);
                        // What was typed meanwhile.
                        self.keep();
                    }
                }
                Err(error) => self.app.slip.set(Some(error)),
            }
        });
    }

    /// Keeps the draft a moment after the last key, also when nobody leaves the field.
    fn keep_soon(self) {
        self.soon.with_value(|soon| soon.inspect(TimeoutHandle::clear));
        let soon = set_timeout_with_handle(
            move || {
                if self.draft.try_get_untracked().is_some() {
                    self.keep();
                }
            },
            KEEP_AFTER,
        );
        // Without timers in the page the draft is kept when a field is left.
        self.soon.set_value(soon.ok());
    }

    /// What the field still needs, once somebody tried to go on; or what the backend said about it.
    fn wrong_at(self, field: &'static str) -> Signal<Option<String>> {
        Signal::derive(move || {
            let page = self.page.get();
            let ours = self.draft.with(|draft| {
                drafts::missing(draft, page, self.app.spoken(), self.app.texts()).into_iter().find(|(f, _)| *f == field)
            });
            let ours = ours.filter(|_| self.tried.get()).map(|(_, said)| said);
            ours.or_else(|| {
                self.wrong.get().filter(|e| e.field.as_deref() == Some(field)).map(|e| self.app.say(&e.message))
            })
        })
    }

    /// Goes on, if the page has what it needs.
    fn go_on(self) {
        let page = self.page.get_untracked();
        let missing = self.draft.with_untracked(|d| drafts::missing(d, page, self.app.spoken(), self.app.texts()));
        if missing.is_empty() {
            self.tried.set(false);
            self.page.set(page.next());
            self.keep();
            browser::focus("#page");
        } else {
            self.tried.set(true);
            request_animation_frame(|| {
                browser::focus("[aria-invalid='true']");
            });
        }
    }

    fn go_to(self, page: Page) {
        self.tried.set(false);
        self.page.set(page);
        browser::focus("#page");
    }

    /// A text of the draft as a field of the form.
    fn field(self, get: fn(&Draft) -> &String, set: fn(&mut Draft) -> &mut String) -> RwSignal<String> {
        let value = RwSignal::new(self.draft.with_untracked(|d| get(d).clone()));
        Effect::new(move |_| {
            let new = value.get();
            if self.draft.with_untracked(|d| *get(d) != new) {
                self.draft.update(|d| *set(d) = new);
            }
        });
        // What a look into a file fills in shows at once.
        Effect::new(move |_| {
            let kept = self.draft.with(|d| get(d).clone());
            if value.with_untracked(|v| *v != kept) {
                value.set(kept);
            }
        });
        value
    }
}

/// The page.
#[component]
pub(crate) fn Publish() -> impl IntoView {
    let app = app();
    let t = app.texts();
    let p = &t.publish;
    browser::title(p.title);
    let form = Form {
        app,
        draft: RwSignal::new(Draft { license: "CC-BY-4.0".into(), ..Draft::default() }),
        previews: RwSignal::new(Vec::new()),
        page: RwSignal::new(Page::Files),
        tried: RwSignal::new(false),
        kept: StoredValue::new(Draft::default()),
        keeping: StoredValue::new(false),
        soon: StoredValue::new(None),
        busy: RwSignal::new(false),
        wrong: RwSignal::new(None),
    };
    provide_context(form);
    Effect::new(move |before: Option<Draft>| {
        let now = form.draft.with(drafts::content);
        if before.is_some_and(|before| before != now) {
            form.keep_soon();
        }
        now
    });
    Effect::new(move |_| {
        let paths = app.dropped.get();
        if !paths.is_empty() {
            app.dropped.set(Vec::new());
            form.page.set(Page::Files);
            for path in paths {
                form.add(FileSource::Local { path });
            }
        }
    });
    // An error at a field leads to the page of that field.
    Effect::new(move |_| {
        if let Some(field) = form.wrong.get().and_then(|error| error.field) {
            form.page.set(drafts::page_of(&field));
        }
    });
    view! {
        <div class="narrow">
            <div class="page-head">
                <h1>{p.title}</h1>
                <small role="status">
                    {move || {
                        let saved = form.draft.with(|d| d.saved.clone());
                        let now = moments::local(app.now.get_untracked());
                        moments::read(&saved).map(|at| fill(p.draft_kept, &[("when", &at.when(now, t))]))
                    }}
                </small>
            </div>
            <Steps />
            {move || match form.page.get() {
                Page::Files => view! { <Files /> }.into_any(),
                Page::Describe => view! { <Describe /> }.into_any(),
                Page::Price => view! { <Terms /> }.into_any(),
                Page::Review => view! { <Review /> }.into_any(),
            }}
            <div class="roomy">
                <TroubleHere wrong=form.wrong />
            </div>
            <End />
        </div>
    }
}

/// Where one is.
#[component]
fn Steps() -> impl IntoView {
    let form = form();
    let p = &form.app.texts().publish;
    view! {
        <ol class="steps" aria-label=p.steps>
            {Page::ALL
                .into_iter()
                .zip(1..)
                .map(|(page, number)| {
                    let name = page.name(p);
                    view! {
                        <li>
                            {move || {
                                let here = form.page.get();
                                if page < here {
                                    view! {
                                        <button type="button" class="did" on:click=move |_| form.go_to(page)>
                                            <Glyph icon=Icon::Check class="icon tiny" />
                                            {name}
                                        </button>
                                    }
                                    .into_any()
                                } else {
                                    let on = page == here;
                                    view! {
                                        <span class="step" class:on=on aria-current=on.then_some("step")>
                                            <span class="num">{number}</span>
                                            {name}
                                        </span>
                                    }
                                    .into_any()
                                }
                            }}
                        </li>
                    }
                })
                .collect_view()}
        </ol>
    }
}

/// The two buttons at the end of each page.
#[component]
fn End() -> impl IntoView {
    let form = form();
    let t = form.app.texts();
    let p = &t.publish;
    let leave = Callback::new(move |()| {
        form.keep();
        form.app.go(Place::MyListings);
    });
    let publish = Callback::new(move |()| {
        form.app.unlocked(move || {
            let draft = drafts::to_send(&form.draft.get_untracked(), form.app.spoken());
            act(api::Publish { draft }, form.busy, form.wrong, move |publication| {
                let place = Place::Publication(publication.id);
                form.app.publications.update(|all| {
                    all.retain(|p| p.id != publication.id);
                    all.insert(0, publication);
                });
                form.app.go(place);
            });
        });
    });
    view! {
        <div class="form-end">
            {move || match form.page.get() {
                Page::Files => {
                    view! { <Button kind="quiet" label=p.save_close.to_owned() on_press=leave testid="publish-save" /> }
                }
                page => {
                    view! {
                        <Button kind="quiet" label=t.shell.back.to_owned() on_press=move |()| form.go_to(page.back()) testid="publish-back" />
                    }
                }
            }}
            {move || match form.page.get() {
                Page::Review => {
                    view! {
                        <Button kind="primary big" label=p.submit.to_owned() off=form.busy on_press=publish testid="publish-submit" />
                    }
                }
                Page::Price => {
                    view! { <Button kind="primary big" label=p.to_review.to_owned() on_press=move |()| form.go_on() testid="publish-next" /> }
                }
                _ => view! { <Button kind="primary big" label=p.go_on.to_owned() on_press=move |()| form.go_on() testid="publish-next" /> },
            }}
        </div>
    }
}
