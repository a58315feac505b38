//! The way into a home: as its holder or as a guest of the process that holds it. When that process ends, whoever asks
//! next goes on: as the holder, or as a guest of whoever came first.

use crate::{Folder, again::may_be_asked_again, errors, guest::Guest, home::Home, news::Heard};
use api::{ApiError, Call, Code, Event, Reply, Request, sentence};
use serde::{Deserialize, Serialize};
use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError, Weak},
    time::Duration,
};
use tokio::sync::Mutex as AsyncMutex;
use transport::TransportError;

/// Which home, and what of it.
#[derive(Debug, Clone, Default)]
pub struct HomeOptions {
    /// The data folder; `None` is the platform's.
    pub dir: Option<PathBuf>,
    /// A network by name, or its file; `None` is the one in use.
    pub network: Option<String>,
    /// An account by name or address; `None` is the one in use.
    pub account: Option<String>,
}

/// A question with what it is about.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Asked {
    pub(crate) network: Option<String>,
    pub(crate) account: Option<String>,
    pub(crate) request: Request,
}

/// Whose events are to be told: those of a network; `None` is the one in use.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Followed {
    pub(crate) network: Option<String>,
}

/// A home, opened or joined.
pub struct Door {
    inner: Arc<Inner>,
    account: Option<String>,
}

struct Inner {
    folder: Folder,
    /// What is asked about, and what is begun with where this process takes the home over; `None` is the network in use.
    network: Option<String>,
    /// `None` once this process has left the home; held for moments.
    now: Mutex<Option<Entered>>,
    /// Held while the home is entered again: the others wait, and find what was found.
    entering: AsyncMutex<()>,
}

/// How this process is in the home.
#[derive(Clone)]
struct Entered {
    side: Side,
    /// How often it was entered before.
    number: u64,
}

#[derive(Clone)]
enum Side {
    Holder(Home),
    Guest(Guest),
}

/// How often a process that finds neither lock nor socket tries again while the other one starts or ends.
const TRIES: u32 = 100;
/// How many holders in a row may be lost with one question.
const LOST: u32 = 5;

impl Door {
    /// Opens the home, or joins the process that holds it.
    ///
    /// # Errors
    /// With [`Code::Busy`] where another process holds the home and does not answer; else what the disk says.
    pub async fn open(options: HomeOptions) -> Result<Self, ApiError> {
        let folder = Folder::open(options.dir.as_deref()).map_err(errors::folder)?;
        let HomeOptions { network, account, .. } = options;
        let side = Box::pin(enter(&folder)).await?;
        let now = Mutex::new(Some(Entered { side, number: 0 }));
        let inner = Inner { folder, network, now, entering: AsyncMutex::default() };
        Ok(Self { inner: Arc::new(inner), account })
    }

    /// Whether this process runs the home now.
    pub fn is_holder(&self) -> bool {
        self.inner.now().is_some_and(|now| matches!(now.side, Side::Holder(_)))
    }

    /// How often this process has entered the home again because another one that ran it ended: what was unlocked there is
    /// locked since.
    pub fn times_entered_again(&self) -> u64 {
        self.inner.now().map_or(0, |now| now.number)
    }

    /// Asks, typed.
    ///
    /// # Errors
    /// Those of the call.
    pub async fn ask<C: Call>(&self, call: C) -> Result<C::Answer, ApiError> {
        let reply = self.call(call.into()).await?;
        C::answer(reply).ok_or_else(|| {
            ApiError::new(Code::Internal, "The answer belongs to another question.", "Restart Neuston and try again.")
        })
    }

    /// Asks. Where the holder ended before it was asked, whoever runs the home then is asked instead; where it ended before
    /// it answered, only with questions that may be put twice.
    ///
    /// # Errors
    /// Those of the call; [`Code::Unreachable`] where nobody knows whether it was begun.
    pub async fn call(&self, request: Request) -> Result<Reply, ApiError> {
        let asked = Asked { network: self.inner.network.clone(), account: self.account.clone(), request };
        let mut lost = 0;
        loop {
            let Entered { side, number } = self.inner.now().ok_or_else(left)?;
            let guest = match side {
                Side::Guest(guest) => guest,
                Side::Holder(home) => {
                    let (network, account) = (asked.network.as_deref(), asked.account.as_deref());
                    return Box::pin(home.call(network, account, asked.request)).await;
                }
            };
            let error = match guest.call(&asked).await {
                Ok(answer) => return answer,
                Err(error) => error,
            };
            if matches!(error, TransportError::Broken { .. }) && !may_be_asked_again(&asked.request) {
                return Err(unanswered());
            }
            lost += 1;
            self.inner.go_on(number, &error, lost).await?;
        }
    }

    /// What happens from now on, on the network that this door was opened for, whoever runs the home.
    ///
    /// # Errors
    /// Where the holder does not answer, or does not know the network.
    pub async fn events(&self) -> Result<Events, ApiError> {
        self.inner.events().await
    }

    /// Leaves; a holder ends what it runs, in order.
    pub async fn close(self) {
        // Whoever is entering the home again comes in first, and leaves with this process.
        let _nobody_enters = self.inner.entering.lock().await;
        if let Some(Side::Holder(home)) = self.inner.leave() {
            home.close().await;
        }
    }
}

impl Inner {
    fn now(&self) -> Option<Entered> {
        // It is replaced whole, so a panic elsewhere leaves it sound.
        self.now.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn leave(&self) -> Option<Side> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner).take().map(|now| now.side)
    }

    /// After a question that had no answer: enters the home again where its holder has ended.
    async fn go_on(self: &Arc<Self>, number: u64, error: &TransportError, lost: u32) -> Result<(), ApiError> {
        let ended = matches!(error, TransportError::Connect { .. } | TransportError::Broken { .. });
        if !ended || lost >= LOST {
            return Err(errors::transport(error));
        }
        self.enter_again(number).await
    }

    /// Enters the home again, if nobody has since this entering. In a task of its own, for whoever waits may stop waiting: a
    /// home that is half opened would hold its lock and do nothing.
    async fn enter_again(self: &Arc<Self>, number: u64) -> Result<(), ApiError> {
        let inner = Arc::clone(self);
        let entering = tokio::spawn(async move { inner.change_sides(number).await });
        entering.await.map_err(|e| agent::errors::internal(e.to_string()))?
    }

    async fn change_sides(&self, number: u64) -> Result<(), ApiError> {
        let _one = self.entering.lock().await;
        if self.now().is_none_or(|now| now.number != number) {
            return Ok(());
        }
        let side = Box::pin(enter(&self.folder)).await?;
        if let Side::Holder(home) = &side {
            // What the one before did goes on, whether anybody asks or not.
            home.begin(self.network.clone());
        }
        let entered = Entered { side, number: number + 1 };
        *self.now.lock().unwrap_or_else(PoisonError::into_inner) = Some(entered);
        Ok(())
    }

    async fn events(self: &Arc<Self>) -> Result<Events, ApiError> {
        let followed = Followed { network: self.network.clone() };
        let mut lost = 0;
        loop {
            let Entered { side, number } = self.now().ok_or_else(left)?;
            let heard = match side {
                Side::Holder(home) => Ok(home.events(followed.network.as_deref())),
                Side::Guest(guest) => guest.events(&followed).await,
            };
            let error = match heard {
                Ok(from) => return Ok(Events { from: from?, number, home: Arc::downgrade(self) }),
                Err(error) => error,
            };
            lost += 1;
            self.go_on(number, &error, lost).await?;
        }
    }
}

/// Takes the home, or joins the process that holds it.
async fn enter(folder: &Folder) -> Result<Side, ApiError> {
    for _ in 0..TRIES {
        if let Some(lock) = folder.lock().map_err(errors::disk)? {
            return Ok(Side::Holder(Home::start(folder.clone(), lock).await?));
        }
        if let Some(guest) = Guest::join(folder).await? {
            return Ok(Side::Guest(guest));
        }
        // The holder is just starting or ending: its lock is there, its socket is not.
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Err(ApiError::new(
        Code::Busy,
        sentence!("Another process holds the data folder {path} and does not answer.", path = folder.root()),
        "Close Neuston everywhere and try again, or choose another folder with --home.",
    ))
}

fn left() -> ApiError {
    agent::errors::internal("this process has left the home")
}

fn unanswered() -> ApiError {
    ApiError::new(
        Code::Unreachable,
        "Neuston was closed elsewhere before it answered. What you asked for may have been begun.",
        "Look among your purchases, listings and activity; ask again only if it is not there.",
    )
}

/// Events from one moment on, whoever runs the home. Missed ones are skipped: each carries the whole view.
pub struct Events {
    from: Heard,
    /// Of which entering.
    number: u64,
    home: Weak<Inner>,
}

impl Events {
    /// The next event; `None` when this process has left the home, or nobody runs it any more and it does not open. Where
    /// another process runs it from now on it is [`Event::Network`]: what happened meanwhile was not heard.
    pub async fn next(&mut self) -> Option<Event> {
        match self.from.next().await {
            Some(event) => Some(event),
            None => {
                self.go_on().await?;
                Some(Event::Network)
            }
        }
    }

    /// Listens to whoever runs the home now.
    async fn go_on(&mut self) -> Option<()> {
        let home = self.home.upgrade()?;
        let now = home.now()?;
        if now.number == self.number {
            // The end of what this process runs is its own doing.
            let Side::Guest(_) = now.side else { return None };
            told(home.enter_again(self.number).await)?;
            home.now()?;
        }
        *self = told(home.events().await)?;
        Some(())
    }
}

fn told<T>(done: Result<T, ApiError>) -> Option<T> {
    done.inspect_err(|error| tracing::warn!(%error, "the home does not open again")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::{GetSettings, SendTokens};
    use protocol::{Address, Vodka};
    use tokio::io::AsyncReadExt as _;
    use wallet::{NoKeychain, ServiceKey};

    /// A home whose key is sealed by the machine's secret: whoever runs the tests keeps his keychain as it is.
    fn home() -> (tempfile::TempDir, Folder) {
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::open(Some(place.path())).unwrap();
        ServiceKey::open(&folder.service(), &NoKeychain).unwrap();
        (place, folder)
    }

    async fn open(folder: &Folder) -> Door {
        Door::open(HomeOptions { dir: Some(folder.root().to_owned()), ..HomeOptions::default() }).await.unwrap()
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_guest_goes_on_when_the_holder_ends() {
        let (_place, folder) = home();
        let (holder, guest, other) = (open(&folder).await, open(&folder).await, open(&folder).await);
        assert!(holder.is_holder() && !guest.is_holder() && !other.is_holder());
        let settings = guest.ask(GetSettings {}).await.unwrap();
        holder.close().await;
        assert_eq!(guest.ask(GetSettings {}).await.unwrap(), settings);
        assert!(guest.is_holder());
        assert_eq!(other.ask(GetSettings {}).await.unwrap(), settings, "one takes over, the others are its guests");
        assert!(!other.is_holder());
        guest.close().await;
        other.close().await;
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn who_listens_goes_on_when_the_holder_ends() {
        let (_place, folder) = home();
        let (holder, guest) = (open(&folder).await, open(&folder).await);
        let mut events = guest.events().await.unwrap();
        holder.close().await;
        // Nobody asks: who listens takes over, and has to ask anew.
        assert_eq!(events.next().await, Some(Event::Network));
        assert!(guest.is_holder());
        assert_eq!(guest.times_entered_again(), 1);
        guest.close().await;
        while events.next().await.is_some() {}
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn who_takes_over_by_listening_is_on_the_network_in_use() {
        let (_place, folder) = home();
        let (holder, guest) = (open(&folder).await, open(&folder).await);
        let gateway = folder.socket("gateway-local").unwrap();
        let mut events = guest.events().await.unwrap();
        holder.close().await;
        assert_eq!(events.next().await, Some(Event::Network));
        // Nobody asks for anything.
        let opens = async {
            while tokio::net::UnixStream::connect(&gateway).await.is_err() {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(60), opens).await.expect("its gateway opens by itself");
        guest.close().await;
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn what_may_have_been_begun_is_not_asked_again() {
        let (_place, folder) = home();
        let lock = folder.lock().unwrap();
        let socket = folder.socket("home").unwrap();
        let holder = tokio::net::UnixListener::bind(&socket).unwrap();
        // A holder that dies of the second question, and answers none.
        let dying = tokio::spawn(async move {
            let mut questions = 0;
            let last = loop {
                let (mut stream, _) = holder.accept().await.unwrap();
                let heard = stream.read(&mut [0; 4096]).await.unwrap();
                // Whoever looks whether it is there says nothing.
                questions += u32::from(heard > 0);
                if questions == 2 {
                    break stream;
                }
            };
            std::fs::remove_file(&socket).unwrap();
            drop((holder, lock));
            drop(last);
        });
        let guest = open(&folder).await;
        let send = SendTokens { to: Address([1; 20]), amount: Vodka::from_ocean(1) };
        let error = guest.ask(send).await.unwrap_err();
        assert_eq!(error.code, Code::Unreachable);
        assert!(error.message.contains("may have been begun"), "{error}");
        assert!(!guest.is_holder());
        guest.ask(GetSettings {}).await.unwrap();
        assert!(guest.is_holder(), "what changes nothing is asked of the next one");
        dying.await.unwrap();
        guest.close().await;
    }
}
