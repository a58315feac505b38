//! What all pages share: the newest state of everything, the language, and a way to ask for the password.

mod asking;

use crate::{
    browser, ipc,
    state::{finding::Wish, moments, places::Place},
    texts::{Texts, Tongue},
};
use api::{
    AccountView, ApiError, Call, DownloadView, Event, LockState, PublicationView, PurchaseView, SearchPage, Sentence,
    Settings, Status,
};
use leptos::{prelude::*, task::spawn_local};
use std::sync::Arc;

/// Something that is asked of the backend.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Asked<T> {
    /// The answer is out.
    Waiting,
    /// It is there.
    There(T),
    /// It failed.
    Failed(ApiError),
}

impl<T> From<Result<T, ApiError>> for Asked<T> {
    fn from(answer: Result<T, ApiError>) -> Self {
        match answer {
            Ok(answer) => Self::There(answer),
            Err(error) => Self::Failed(error),
        }
    }
}

/// What somebody asked for and has to wait for. It is not a `Callback`: whatever asked for it may be drawn anew before it
/// is done, and would take that with it.
pub(crate) type Later = Arc<dyn Fn() + Send + Sync>;

/// The state all pages share. Events keep it fresh; pages only read.
#[derive(Clone, Copy)]
pub(crate) struct App {
    pub(crate) status: RwSignal<Option<Status>>,
    /// Why there is no status, where there is none.
    pub(crate) stuck: RwSignal<Option<ApiError>>,
    /// What of all that pages share could not be asked; told until it is asked again.
    pub(crate) missed: RwSignal<Option<ApiError>>,
    /// Counts the networks that were in use.
    pub(crate) networks: RwSignal<u32>,
    pub(crate) settings: RwSignal<Settings>,
    /// Whether the settings are known, or only what applies until then.
    pub(crate) known: RwSignal<Asked<()>>,
    pub(crate) tongue: RwSignal<Tongue>,
    /// Seconds since 1970, every second.
    pub(crate) now: RwSignal<i64>,
    pub(crate) purchases: RwSignal<Vec<PurchaseView>>,
    pub(crate) downloads: RwSignal<Vec<DownloadView>>,
    pub(crate) publications: RwSignal<Vec<PublicationView>>,
    /// Counts changes of the catalogue.
    pub(crate) catalogue: RwSignal<u32>,
    /// Counts sales.
    pub(crate) sales: RwSignal<u32>,
    /// How many files somebody holds over the window.
    pub(crate) held: RwSignal<u32>,
    /// Files that were dropped on the window and wait for the page that takes them.
    pub(crate) dropped: RwSignal<Vec<String>>,
    /// The draft that somebody goes back to, until the page is there that takes it up.
    pub(crate) draft_wanted: RwSignal<Option<u64>>,
    /// Where one is.
    pub(crate) place: RwSignal<Place>,
    /// How far pages were scrolled when they were left, by address; the newest last.
    pub(crate) scrolls: StoredValue<Vec<(Place, i32)>>,
    /// What somebody looks for; kept while they read a listing.
    pub(crate) wish: RwSignal<Wish>,
    /// What was found last: it shows at once when one comes back.
    pub(crate) found: RwSignal<Asked<SearchPage>>,
    /// Whether the search box wants the cursor.
    pub(crate) search_focus: RwSignal<bool>,
    /// What to do once unlocked.
    pub(crate) after_unlock: RwSignal<Option<Later>>,
    /// Whether somebody looks around without an account.
    pub(crate) looking: RwSignal<bool>,
    /// What failed away from any form; shown above the horizon until somebody goes on.
    pub(crate) slip: RwSignal<Option<ApiError>>,
    /// News about money for screen readers.
    pub(crate) money_news: RwSignal<String>,
    /// What else screen readers are told, when they have nothing else to say: how downloads go, what a check found.
    pub(crate) news: RwSignal<String>,
}

/// The shared state.
pub(crate) fn app() -> App {
    expect_context::<App>()
}

impl App {
    /// A window that knows nothing yet.
    pub(crate) fn new() -> Self {
        Self {
            status: RwSignal::new(None),
            stuck: RwSignal::new(None),
            missed: RwSignal::new(None),
            networks: RwSignal::new(0),
            settings: RwSignal::new(Settings::default()),
            known: RwSignal::new(Asked::Waiting),
            tongue: RwSignal::new(Tongue::of(api::Language::System, &browser::language())),
            now: RwSignal::new(moments::now()),
            purchases: RwSignal::new(Vec::new()),
            downloads: RwSignal::new(Vec::new()),
            publications: RwSignal::new(Vec::new()),
            catalogue: RwSignal::new(0),
            sales: RwSignal::new(0),
            held: RwSignal::new(0),
            dropped: RwSignal::new(Vec::new()),
            draft_wanted: RwSignal::new(None),
            place: RwSignal::new(Place::of(&browser::path())),
            scrolls: StoredValue::new(Vec::new()),
            wish: RwSignal::new(Wish::default()),
            found: RwSignal::new(Asked::Waiting),
            search_focus: RwSignal::new(false),
            after_unlock: RwSignal::new(None),
            looking: RwSignal::new(false),
            slip: RwSignal::new(None),
            money_news: RwSignal::new(String::new()),
            news: RwSignal::new(String::new()),
        }
    }

    /// The texts in the language in use. The window is drawn anew when it changes.
    pub(crate) fn texts(self) -> &'static Texts {
        Texts::of(self.tongue.get_untracked())
    }

    /// The language in use.
    pub(crate) fn spoken(self) -> Tongue {
        self.tongue.get_untracked()
    }

    /// What the backend says, in the language in use.
    pub(crate) fn say(self, sentence: &Sentence) -> String {
        sentence.said_in(&self.spoken())
    }

    fn take(self, event: Event) {
        match event {
            Event::Status(status) => self.status.set(Some(status)),
            Event::Account(account) => self.take_account(account),
            Event::Purchase(purchase) => self.take_purchase(*purchase),
            Event::Download(download) => self.take_download(download),
            Event::Publication(publication) => {
                self.publications.update(|all| put(all, publication, |a, b| a.id == b.id));
            }
            Event::Catalogue => self.catalogue.update(|n| *n = n.wrapping_add(1)),
            Event::Sales => self.sales.update(|n| *n = n.wrapping_add(1)),
            Event::Network => self.change_network(),
            Event::FilesHeld(files) => self.held.set(files),
            Event::FilesDropped(paths) => self.dropped.set(paths),
        }
    }

    /// Takes a new view of the account.
    pub(crate) fn take_account(self, account: AccountView) {
        self.status.update(|status| {
            if let Some(status) = status {
                status.account = account;
            }
        });
    }

    /// Takes a new view of a purchase, and says aloud when the money moved or the purchase ended.
    pub(crate) fn take_purchase(self, purchase: PurchaseView) {
        let before =
            self.purchases.with_untracked(|all| all.iter().find(|p| p.agreement == purchase.agreement).cloned());
        let said =
            before.and_then(|before| crate::state::purchases::news(&before, &purchase, self.texts(), self.spoken()));
        if let Some(said) = said {
            self.money_news.set(said);
        }
        self.purchases.update(|all| put(all, purchase, |a, b| a.agreement == b.agreement));
    }

    /// Takes a new view of a download, and says aloud how far it is.
    fn take_download(self, download: DownloadView) {
        let said = self.downloads.with_untracked(|all| {
            let before = all.iter().find(|d| d.id == download.id);
            crate::state::downloads::news(before, &download, self.texts(), self.spoken())
        });
        if let Some(said) = said {
            self.tell(said);
        }
        self.downloads.update(|all| put(all, download, |a, b| a.id == b.id));
    }

    /// Tells whoever listens, also when it is the same as before.
    pub(crate) fn tell(self, said: String) {
        self.news.update(|news| {
            let again = *news == said;
            *news = said;
            if again {
                // Only what changes is read out.
                news.push('\u{a0}');
            }
        });
    }

    /// Takes the reply to a question about a purchase; events may have told what came after it.
    pub(crate) fn answer_purchase(self, purchase: PurchaseView) {
        let known = self
            .purchases
            .with_untracked(|all| all.iter().find(|p| p.agreement == purchase.agreement).map(|p| p.state));
        if known.is_none_or(|known| known.leads_to(purchase.state)) {
            self.take_purchase(purchase);
        }
    }

    /// Takes the reply to an order for a download; events may have told what came after it.
    pub(crate) fn answer_download(self, download: DownloadView) {
        let known =
            self.downloads.with_untracked(|all| all.iter().find(|d| d.id == download.id).map(|known| known.state));
        if known.is_none_or(|known| known.leads_to(download.state)) {
            self.downloads.update(|all| put(all, download, |a, b| a.id == b.id));
        }
    }

    /// Goes to a page.
    pub(crate) fn go(self, place: Place) {
        if place == self.place.get_untracked() {
            return;
        }
        self.keep_scroll();
        self.slip.set(None);
        browser::remember(&place.path());
        self.place.set(place);
        browser::scroll_to(0);
        // A sheet that was open is gone by then.
        request_animation_frame(|| {
            browser::focus("#page");
        });
    }

    /// Follows the window's history to where it points now; the page stands where it was left.
    pub(crate) fn go_back(self) {
        self.keep_scroll();
        self.slip.set(None);
        let place = Place::of(&browser::path());
        self.place.set(place);
        let was = self.scrolls.with_value(|all| all.iter().rev().find(|(p, _)| *p == place).map_or(0, |(_, at)| *at));
        request_animation_frame(move || {
            browser::focus("#page");
            browser::scroll_to(was);
        });
    }

    fn keep_scroll(self) {
        let here = self.place.get_untracked();
        self.scrolls.update_value(|all| {
            all.retain(|(place, _)| *place != here);
            all.push((here, browser::scrolled()));
        });
    }

    /// Whether the account can sign.
    pub(crate) fn lock(self) -> LockState {
        self.status.with(|s| s.as_ref().map_or(LockState::Locked, |s| s.account.lock))
    }

    /// The token's name.
    pub(crate) fn currency(self) -> String {
        self.status.with_untracked(|s| s.as_ref().map_or_else(|| "OCEAN".to_owned(), |s| s.account.currency.clone()))
    }

    /// Does it now when unlocked, else once the password was given. By then the page that asked for it may be gone.
    pub(crate) fn unlocked(self, then: impl Fn() + Send + Sync + 'static) {
        match self.status.with_untracked(|s| s.as_ref().map_or(LockState::Locked, |s| s.account.lock)) {
            LockState::Unlocked => then(),
            LockState::NoAccount => self.looking.set(false),
            LockState::Locked => self.after_unlock.set(Some(Arc::new(then))),
        }
    }
}

/// Puts a new view in the place of the old one, or first.
fn put<T>(all: &mut Vec<T>, new: T, same: impl Fn(&T, &T) -> bool) {
    match all.iter_mut().find(|old| same(old, &new)) {
        Some(place) => *place = new,
        None => all.insert(0, new),
    }
}

/// A way to ask the backend, again and again, and to put the answer where a page watches it. Of answers that overtake
/// each other the one to the last question counts. A page that is gone misses nothing.
pub(crate) fn loader<C>(into: RwSignal<Asked<C::Answer>>, call: impl Fn() -> C + Copy + 'static) -> impl Fn() + Copy
where
    C: Call + 'static,
    C::Answer: Send + Sync + 'static,
{
    let questions = StoredValue::new(0_u64);
    move || {
        let Some(mine) = questions.try_update_value(|n| {
            *n += 1;
            *n
        }) else {
            return;
        };
        let question = call();
        spawn_local(async move {
            let answer = ipc::call(question).await;
            if questions.try_get_value() == Some(mine) {
                into.try_set(answer.into());
            }
        });
    }
}

/// Does something with the backend, marking the time it takes and keeping its error. Of a page that is gone, nothing is
/// done any more.
pub(crate) fn act<C>(
    call: C,
    busy: RwSignal<bool>,
    wrong: RwSignal<Option<ApiError>>,
    then: impl FnOnce(C::Answer) + 'static,
) where
    C: Call + 'static,
{
    if busy.try_get_untracked() != Some(false) {
        return;
    }
    busy.set(true);
    wrong.set(None);
    spawn_local(async move {
        let answer = ipc::call(call).await;
        busy.try_set(false);
        match answer {
            Ok(answer) => then(answer),
            Err(error) => {
                wrong.try_set(Some(error));
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_view_takes_the_place_of_the_old_one() {
        let mut all = vec![(1, 'a'), (2, 'b')];
        put(&mut all, (2, 'c'), |a, b| a.0 == b.0);
        put(&mut all, (3, 'd'), |a, b| a.0 == b.0);
        assert_eq!(all, [(3, 'd'), (1, 'a'), (2, 'c')]);
    }
}
