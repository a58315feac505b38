//! The listing being written: what the pages of the form share, and how it keeps itself.

use crate::{
    app::{App, Asked, Later, act},
    browser, ipc,
    state::{
        drafts::{self, Page},
        keeping::Keeping,
        places::Place,
        publications,
        sources::{self, Seen},
    },
    texts::Tongue,
};
use api::{ApiError, Draft, FilePreview, FileSource, Inspect, ListDrafts, SaveDraft};
use leptos::{leptos_dom::helpers::TimeoutHandle, prelude::*, task::spawn_local};
use std::{sync::Arc, time::Duration};

/// A draft is kept so long after the last key.
const KEEP_AFTER: Duration = Duration::from_millis(600);

/// A listing being written.
#[derive(Clone, Copy)]
pub(super) struct Form {
    pub(super) app: App,
    /// The network it was begun on, of those that were in use: drafts are numbered on each for itself.
    network: u32,
    /// The language in which the form is written: in it the price is read, as long as the form lives.
    pub(super) tongue: Tongue,
    pub(super) draft: RwSignal<Draft>,
    /// What a look into each file found, in the order of the draft's files.
    pub(super) previews: RwSignal<Vec<(FileSource, Asked<FilePreview>)>>,
    /// Whether there is a file that could not be read.
    pub(super) unread: Memo<bool>,
    pub(super) page: RwSignal<Page>,
    /// Whether somebody tried to go on: then what is missing shows.
    pub(super) tried: RwSignal<bool>,
    /// What is kept of the draft. It outlives the page: what was typed last is kept after that.
    keeping: StoredValue<ArcStoredValue<Keeping>>,
    /// The keeping that follows the last key.
    soon: StoredValue<Option<TimeoutHandle>>,
    /// What is done once nothing is on its way to the disk.
    rested: StoredValue<Option<Later>>,
    pub(super) busy: RwSignal<bool>,
    pub(super) wrong: RwSignal<Option<ApiError>>,
    /// Whether the draft that somebody wanted is not there any more.
    pub(super) gone: RwSignal<bool>,
}

/// The listing being written.
pub(super) fn form() -> Form {
    expect_context::<Form>()
}

impl Form {
    /// An empty one, which keeps itself until the page goes.
    pub(super) fn new(app: App) -> Self {
        let previews = RwSignal::new(Vec::<(FileSource, Asked<FilePreview>)>::new());
        let form = Self {
            app,
            network: app.networks.get_untracked(),
            tongue: app.spoken(),
            draft: RwSignal::new(Draft { license: "CC-BY-4.0".into(), ..Draft::default() }),
            previews,
            unread: Memo::new(move |_| {
                previews.with(|all| all.iter().any(|(_, asked)| matches!(asked, Asked::Failed(_))))
            }),
            page: RwSignal::new(Page::Files),
            tried: RwSignal::new(false),
            keeping: StoredValue::new(ArcStoredValue::new(Keeping::default())),
            soon: StoredValue::new(None),
            rested: StoredValue::new(None),
            busy: RwSignal::new(false),
            wrong: RwSignal::new(None),
            gone: RwSignal::new(false),
        };
        Effect::new(move |before: Option<Draft>| {
            let now = form.draft.with(drafts::content);
            if let Some(before) = before
                && before != now
            {
                form.keep_soon();
                form.forgive(&before, &now);
            }
            now
        });
        on_cleanup(move || {
            form.soon.with_value(|soon| soon.inspect(TimeoutHandle::clear));
            form.keep();
        });
        form
    }

    /// Whether the network in use is still the one it was begun on. To another one, nothing of it belongs.
    pub(super) fn still(self) -> bool {
        self.app.networks.get_untracked() == self.network
    }

    /// Takes up a draft: its files are looked into again.
    pub(super) fn take_up(self, draft: Draft) {
        self.keep();
        let draft = drafts::taken_up(draft, self.tongue);
        let sources = draft.files.clone();
        self.keeping.set_value(ArcStoredValue::new(Keeping::of(&draft)));
        self.tried.set(false);
        self.wrong.set(None);
        self.draft.set(draft);
        self.previews.set(Vec::new());
        for source in sources {
            self.look_into(source);
        }
    }

    /// Takes up the draft with this number, unless something was begun meanwhile.
    pub(super) fn go_back_to(self, id: u64) {
        spawn_local(async move {
            let answer = ipc::call(ListDrafts {}).await;
            if !self.still() {
                return;
            }
            let all = match answer {
                Ok(all) => all,
                Err(error) => return self.app.slip.set(Some(error)),
            };
            let untouched = self.draft.try_with_untracked(|draft| draft.files.is_empty() && draft.name.is_empty());
            if untouched != Some(true) {
                return;
            }
            match all.into_iter().find(|draft| draft.id == id) {
                Some(draft) => self.take_up(draft),
                None => self.gone.set(true),
            }
        });
    }

    /// Adds a file, once. Whoever chose it may have left the page meanwhile: the system's dialog does not hold the window.
    pub(super) fn add(self, source: FileSource) {
        if self.draft.try_with_untracked(|draft| draft.files.contains(&source)) != Some(false) {
            return;
        }
        self.draft.update(|draft| draft.files.push(source.clone()));
        self.look_into(source);
        self.tried.set(false);
    }

    fn look_into(self, source: FileSource) {
        self.previews.update(|all| all.push((source.clone(), Asked::Waiting)));
        self.ask_of(source);
    }

    /// Looks into a file once more.
    pub(super) fn look_again(self, source: &FileSource) {
        self.put(source, Asked::Waiting);
        self.ask_of(source.clone());
    }

    fn put(self, source: &FileSource, asked: Asked<FilePreview>) {
        self.previews.update(|all| {
            if let Some((_, place)) = all.iter_mut().find(|(of, _)| of == source) {
                *place = asked;
            }
        });
    }

    fn ask_of(self, source: FileSource) {
        spawn_local(async move {
            let answer = ipc::call(Inspect { source: source.clone() }).await;
            // The file was taken out meanwhile, or the page is gone.
            if self.draft.try_with_untracked(|draft| draft.files.contains(&source)) != Some(true) {
                return;
            }
            self.put(&source, answer.clone().into());
            if let Ok(preview) = answer {
                let seen = self.seen();
                self.draft.update(|draft| {
                    sources::take_in(draft, &preview);
                    sources::settle(draft, &seen);
                });
            }
            self.keep();
        });
    }

    /// The columns of each file that was looked into.
    fn seen(self) -> Seen {
        self.previews.with_untracked(|all| {
            all.iter()
                .filter_map(|(source, asked)| match asked {
                    Asked::There(preview) => Some((source.clone(), preview.columns.clone())),
                    Asked::Waiting | Asked::Failed(_) => None,
                })
                .collect()
        })
    }

    /// Takes a file out again.
    pub(super) fn remove(self, source: &FileSource) {
        let seen = self.seen();
        self.draft.update(|draft| sources::take_out(draft, source, &seen));
        self.previews.update(|all| all.retain(|(s, _)| s != source));
        self.keep();
    }

    /// Keeps the draft on disk, and whatever is typed while it is on its way there. A fault only says that it is not kept; the
    /// form still has everything. Once another network is in use, the disk has no place for it any more.
    pub(super) fn keep(self) {
        if !self.still() {
            return;
        }
        let (Some(draft), Some(keeping)) = (self.draft.try_get_untracked(), self.keeping.try_get_value()) else {
            return;
        };
        let mut next = keeping.try_update_value(|keeping| keeping.offer(&draft)).flatten();
        if next.is_none() {
            return;
        }
        spawn_local(async move {
            while let Some(draft) = next {
                let answer = ipc::call(SaveDraft { draft: drafts::to_send(&draft, self.tongue) }).await;
                if !self.still() {
                    keeping.update_value(Keeping::end);
                    return;
                }
                let id = answer.as_ref().ok().map(|kept| kept.id);
                next = keeping.try_update_value(|keeping| keeping.answered(id)).flatten();
                match answer {
                    // Another draft may have been taken up meanwhile.
                    Ok(kept) if self.keeping.try_get_value().is_some_and(|now| now == keeping) => {
                        self.draft.try_update(|draft| {
                            draft.id = kept.id;
                            draft.saved = kept.saved;
                        });
                    }
                    Ok(_) => {}
                    Err(error) => self.app.slip.set(Some(error)),
                }
            }
            if let Some(then) = self.rested.try_update_value(Option::take).flatten() {
                then();
            }
        });
    }

    /// Keeps the draft a moment after the last key, also when nobody leaves the field.
    fn keep_soon(self) {
        self.soon.with_value(|soon| soon.inspect(TimeoutHandle::clear));
        // Without timers in the page the draft is kept when a field is left.
        self.soon.set_value(set_timeout_with_handle(move || self.keep(), KEEP_AFTER).ok());
    }

    /// Does it once the draft is on the disk, or could not be put there.
    fn once_kept(self, then: impl Fn() + Send + Sync + 'static) {
        self.keep();
        if self.keeping.get_value().with_value(Keeping::rests) {
            then();
        } else {
            self.rested.set_value(Some(Arc::new(then)));
        }
    }

    /// Publishes it. It is kept before: one that fails leads back to its draft. A form that was left while the password was
    /// asked for publishes nothing.
    pub(super) fn publish(self) {
        match self.unread.try_get_untracked() {
            Some(false) => self.once_kept(move || self.send()),
            Some(true) => self.go_to_unread(),
            None => {}
        }
    }

    fn send(self) {
        let (Some(draft), Some(keeping)) = (self.draft.try_get_untracked(), self.keeping.try_get_value()) else {
            return;
        };
        let draft = drafts::to_send(&draft, self.tongue);
        act(api::Publish { draft }, self.busy, self.wrong, move |publication| {
            keeping.update_value(Keeping::end);
            if !self.still() {
                return;
            }
            let place = Place::Publication(publication.id);
            // It is under way before this reply is there: events may have told what came of it.
            self.app.publications.maybe_update(|known| publications::add(known, vec![publication]));
            self.app.go(place);
        });
    }

    /// What the backend found wrong with a field is over once the field is another one.
    fn forgive(self, before: &Draft, now: &Draft) {
        let over = self.wrong.with_untracked(|wrong| {
            let field = wrong.as_ref().and_then(|error| error.field.as_deref());
            field.is_some_and(|field| drafts::differs(field, before, now))
        });
        if over {
            self.wrong.set(None);
        }
    }

    /// What the field still needs, once somebody tried to go on; or what the backend said about it.
    pub(super) fn wrong_at(self, field: &'static str) -> Signal<Option<String>> {
        Signal::derive(move || {
            let page = self.page.get();
            let ours = self.draft.with(|draft| {
                let missing = drafts::missing(draft, page, self.tongue, self.app.texts());
                missing.into_iter().find(|(of, _)| *of == field).map(|(_, said)| said)
            });
            ours.filter(|_| self.tried.get()).or_else(|| {
                self.wrong.get().filter(|e| e.field.as_deref() == Some(field)).map(|e| self.app.say(&e.message))
            })
        })
    }

    /// Goes on, if the page has what it needs and every file can be read.
    pub(super) fn go_on(self) {
        if self.unread.get_untracked() {
            self.go_to_unread();
            return;
        }
        let page = self.page.get_untracked();
        let missing = self.draft.with_untracked(|d| drafts::missing(d, page, self.tongue, self.app.texts()));
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

    /// Shows a page; the one that shows already stays as it is.
    pub(super) fn show(self, page: Page) {
        if self.page.get_untracked() != page {
            self.page.set(page);
        }
    }

    /// Leads to the file that could not be read.
    fn go_to_unread(self) {
        self.show(Page::Files);
        self.tried.set(true);
        request_animation_frame(|| {
            browser::focus("[data-unread] .ways button");
        });
    }

    /// Goes to a page that was left before.
    pub(super) fn go_to(self, page: Page) {
        self.tried.set(false);
        self.page.set(page);
        browser::focus("#page");
    }

    /// A text of the draft as a field of the form.
    pub(super) fn field(self, get: fn(&Draft) -> &String, set: fn(&mut Draft) -> &mut String) -> RwSignal<String> {
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

    /// Words of the draft, with commas between them, as a field of the form.
    pub(super) fn words(
        self,
        get: fn(&Draft) -> &Vec<String>,
        set: fn(&mut Draft) -> &mut Vec<String>,
    ) -> RwSignal<String> {
        let value = RwSignal::new(self.draft.with_untracked(|d| get(d).join(", ")));
        Effect::new(move |_| {
            let new = drafts::words(&value.get());
            if self.draft.with_untracked(|d| *get(d) != new) {
                self.draft.update(|d| *set(d) = new);
            }
        });
        value
    }
}
