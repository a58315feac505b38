//! A home as its holder runs it: settings, networks, one presence for each network in use.

use crate::{
    Folder,
    embedded::Embedded,
    errors,
    folder::HomeLock,
    networks::{self, Chosen, EMBEDDED, embedded_title},
    news::{Heard, News},
    presence::{Arrival, Presence},
    server,
    settings::SettingsFile,
};
use api::{ApiError, Call as _, Event, NetworkText, Reply, Request, Sentence, Settings};
use std::{collections::HashMap, path::Path, sync::Arc, time::Duration};
use tokio::sync::{Mutex, broadcast};
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};
use transport::{Listen, Served, serve};
use wallet::{Keychain, OsKeychain, ServiceKey, Wallet};

/// How long until a network that is away is asked again, first and at most.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// A home that this process holds. Cheap to clone.
#[derive(Clone)]
pub struct Home {
    inner: Arc<Inner>,
}

struct Inner {
    folder: Folder,
    settings: SettingsFile,
    wallet: Wallet,
    service: Arc<ServiceKey>,
    events: broadcast::Sender<News>,
    /// What runs, by the network's name; started at the first question about it.
    running: Mutex<Running>,
    served: Mutex<Option<Served>>,
    cancel: CancellationToken,
    lock: Mutex<Option<HomeLock>>,
}

#[derive(Default)]
struct Running {
    embedded: Option<Embedded>,
    present: HashMap<String, Arc<Presence>>,
    /// Whether it has ended: nothing starts any more.
    closed: bool,
}

impl Home {
    /// Starts a home; its socket answers when this returns.
    ///
    /// # Errors
    /// What the disk says.
    pub async fn start(folder: Folder, lock: HomeLock) -> Result<Self, ApiError> {
        let settings = SettingsFile::open(&folder.settings()).map_err(errors::disk)?;
        let kept = settings.get();
        let keychain: Arc<dyn Keychain> = Arc::new(OsKeychain);
        let options =
            wallet::Options { keychain: keychain.clone(), idle: idle(&kept.settings), ..wallet::Options::default() };
        let wallet = Wallet::open(&folder.wallet(), options).map_err(agent::errors::wallet)?;
        if kept.settings.remember_password && !wallet.is_empty() {
            let remembering = wallet.clone();
            let unlocked = tokio::task::spawn_blocking(move || remembering.unlock_remembered()).await;
            match unlocked.map_err(|e| agent::errors::internal(e.to_string()))? {
                Ok(()) => {}
                // Its owner types it then.
                Err(error) => tracing::warn!(%error, "the keychain did not unlock the account"),
            }
        }
        let place = folder.service();
        let service = tokio::task::spawn_blocking(move || ServiceKey::open(&place, keychain.as_ref()))
            .await
            .map_err(|e| agent::errors::internal(e.to_string()))?
            .map_err(agent::errors::wallet)?;
        let home = Self {
            inner: Arc::new(Inner {
                settings,
                wallet,
                service: Arc::new(service),
                events: broadcast::channel(1024).0,
                running: Mutex::default(),
                served: Mutex::default(),
                cancel: CancellationToken::new(),
                lock: Mutex::new(Some(lock)),
                folder,
            }),
        };
        let listen = Listen::Unix(home.inner.folder.socket("home").map_err(errors::disk)?);
        let served = serve(&listen, server::router(home.clone()), home.inner.cancel.clone())
            .await
            .map_err(|e| errors::transport(&e))?;
        *home.inner.served.lock().await = Some(served);
        Ok(home)
    }

    /// Begins, without being asked for anything, with what goes on by itself on a network (`None`: the one in use): its
    /// purchases and refunds, its gateway. Where the network is away, as soon as it is there.
    pub(crate) fn begin(&self, network: Option<String>) {
        let home = self.clone();
        tokio::spawn(async move {
            let mut pause = FIRST_PAUSE;
            loop {
                match Box::pin(home.call(network.as_deref(), None, api::GetStatus {}.into())).await {
                    Ok(_) => return,
                    Err(error) => tracing::warn!(%error, "what goes on by itself does not begin"),
                }
                tokio::select! {
                    () = home.ends() => return,
                    () = tokio::time::sleep(pause) => pause = (pause * 2).min(LONGEST_PAUSE),
                }
            }
        });
    }

    /// What happens from now on, on a network (`None`: whichever is in use at the time).
    ///
    /// # Errors
    /// With [`api::Code::NotFound`] where there is no such network, and those of its file.
    pub(crate) fn events(&self, network: Option<&str>) -> Result<Heard, ApiError> {
        let named = network.map(|name| networks::choose(&self.inner.folder, Some(name))).transpose()?;
        let named = named.map(|chosen| chosen.name().to_owned());
        Ok(Heard::here(self.inner.events.subscribe(), self.inner.settings.network_in_use(), named))
    }

    /// Answers a request about a network (`None`: the one in use) for an account (`None`: the one in use).
    ///
    /// # Errors
    /// Those of the call.
    pub async fn call(
        &self,
        network: Option<&str>,
        account: Option<&str>,
        request: Request,
    ) -> Result<Reply, ApiError> {
        match request {
            Request::GetSettings(_) => Ok(api::GetSettings::reply(self.settings())),
            Request::SetSettings(call) => Ok(api::SetSettings::reply(self.set_settings(call.settings).await?)),
            Request::ListNetworks(_) => Ok(api::ListNetworks::reply(self.networks())),
            Request::AddNetwork(call) => {
                networks::add(&self.inner.folder, Path::new(&call.path))?;
                Ok(api::AddNetwork::reply(self.networks()))
            }
            Request::UseNetwork(call) => {
                let chosen = networks::choose(&self.inner.folder, Some(&call.name))?;
                self.present(&chosen).await?;
                let name = chosen.name().to_owned();
                self.inner.settings.change(|k| k.network = Some(name)).map_err(errors::disk)?;
                Ok(api::UseNetwork::reply(self.networks()))
            }
            Request::ExportNetwork(call) => {
                Ok(api::ExportNetwork::reply(self.export(&call.name, call.path.as_deref()).await?))
            }
            request => {
                let kept = self.inner.settings.get();
                let wanted = network.map(str::to_owned).or(kept.network);
                let chosen = networks::choose(&self.inner.folder, wanted.as_deref())?;
                let presence = self.present(&chosen).await?;
                let in_use = presence.agent.use_account(kept.account.as_deref());
                // One account for all of it, whatever others take into use meanwhile.
                let agent = match account {
                    Some(named) => presence.agent.acting_for(named)?,
                    None => in_use.map(|()| presence.agent.pinned())?,
                };
                let chosen_account = match &request {
                    Request::UseAccount(call) => Some(call.name.clone()),
                    _ => None,
                };
                let password = match &request {
                    Request::CreateAccount(call) => Some(call.password.clone()),
                    Request::ImportAccount(call) => Some(call.password.clone()),
                    Request::Unlock(call) => Some(call.password.clone()),
                    Request::ChangePassword(call) => Some(call.new.clone()),
                    _ => None,
                };
                let mut reply = agent.call(request).await?;
                if let (Reply::GetStatus(status), Chosen::Embedded) = (&mut reply, &chosen) {
                    let running = self.inner.running.lock().await;
                    status.demo = running.embedded.as_ref().and_then(|embedded| *embedded.demo().borrow());
                }
                if let Some(password) = password {
                    self.remember(&password).await;
                }
                if let Some(name) = chosen_account {
                    self.inner.settings.change(|k| k.account = Some(name)).map_err(errors::disk)?;
                }
                Ok(reply)
            }
        }
    }

    fn settings(&self) -> Settings {
        let data_folder = self.inner.folder.root().display().to_string();
        let kept = self.inner.settings.get().settings;
        let download_folder = match kept.download_folder.is_empty() {
            true => usual_downloads(),
            false => kept.download_folder,
        };
        Settings { data_folder, download_folder, ..kept }
    }

    async fn set_settings(&self, settings: Settings) -> Result<Settings, ApiError> {
        let remembered = self.inner.settings.get().settings.remember_password;
        self.inner.settings.change(|k| k.settings = settings).map_err(errors::disk)?;
        let settings = self.settings();
        self.inner.wallet.lock_after(idle(&settings));
        if remembered && !settings.remember_password {
            let wallet = self.inner.wallet.clone();
            let forgotten = tokio::task::spawn_blocking(move || wallet.forget()).await;
            match forgotten.map_err(|e| agent::errors::internal(e.to_string()))? {
                // A keychain that is absent remembers nothing.
                Ok(()) | Err(wallet::WalletError::Keychain(wallet::KeychainError::NoService)) => {}
                Err(error) => return Err(agent::errors::wallet(error)),
            }
        }
        Ok(settings)
    }

    /// Lets the keychain remember a password that has just opened the account, where its owner wants that.
    async fn remember(&self, password: &api::Password) {
        if !self.inner.settings.get().settings.remember_password {
            return;
        }
        let (wallet, password) = (self.inner.wallet.clone(), zeroize::Zeroizing::new(password.0.clone()));
        match tokio::task::spawn_blocking(move || wallet.remember(&password)).await {
            Ok(Ok(())) => {}
            // Without a keychain it is typed again next time.
            Ok(Err(error)) => tracing::warn!(%error, "the keychain does not remember the password"),
            Err(error) => tracing::warn!(%error, "the keychain was not asked"),
        }
    }

    fn networks(&self) -> Vec<api::NetworkView> {
        networks::list(&self.inner.folder, self.inner.settings.get().network.as_deref())
    }

    async fn export(&self, name: &str, path: Option<&str>) -> Result<NetworkText, ApiError> {
        let chosen = networks::choose(&self.inner.folder, Some(name))?;
        if chosen == Chosen::Embedded {
            self.present(&chosen).await?;
        }
        let file = match &chosen {
            Chosen::Embedded => self.inner.folder.embedded_network(),
            Chosen::File { path, .. } => path.clone(),
        };
        let toml = networks::toml(&networks::read(&file)?)?;
        if let Some(path) = path {
            agent::write_new(Path::new(path), toml.as_bytes()).await?;
        }
        Ok(NetworkText { toml, path: path.map(str::to_owned) })
    }

    /// This home's presence on a network, started where it is not there yet.
    async fn present(&self, chosen: &Chosen) -> Result<Arc<Presence>, ApiError> {
        let mut running = self.inner.running.lock().await;
        if running.closed {
            return Err(agent::errors::internal("this process has left the home"));
        }
        if let Some(presence) = running.present.get(chosen.name()) {
            return Ok(presence.clone());
        }
        let folder = &self.inner.folder;
        let (network_path, title) = match chosen {
            Chosen::Embedded => {
                if running.embedded.is_none() {
                    let embedded = Embedded::start(folder).await?;
                    forward(embedded.news(), self.inner.events.clone(), EMBEDDED, |event| {
                        matches!(event, Event::Catalogue).then_some(event)
                    });
                    running.embedded = Some(embedded);
                }
                let path = running.embedded.as_ref().map(Embedded::network_path);
                (path.unwrap_or_else(|| folder.embedded_network()), embedded_title())
            }
            Chosen::File { path, .. } => (path.clone(), Sentence::verbatim(networks::read(path)?.name)),
        };
        let own = running.embedded.as_ref().filter(|_| *chosen == Chosen::Embedded);
        let operator = own.and_then(Embedded::operator);
        let presence = Presence::arrive(Arrival {
            data: folder.of_network(chosen.name()),
            name: &format!("gateway-{}", chosen.name()),
            sockets: folder,
            network_path,
            title,
            wallet: self.inner.wallet.clone(),
            account: None,
            service: self.inner.service.clone(),
            policy: agent::Policy::in_file(folder.policy()),
            operator,
        })
        .await?;
        let demo = match chosen {
            Chosen::Embedded => running.embedded.as_ref().map(Embedded::demo),
            Chosen::File { .. } => None,
        };
        if let Some(mut demo) = demo.clone() {
            let agent = presence.agent.clone();
            // The last data set comes without a block; the status is told anew all the same.
            tokio::spawn(async move {
                while demo.changed().await.is_ok() {
                    agent.tell_status();
                }
            });
        }
        forward(presence.agent.events(), self.inner.events.clone(), chosen.name(), move |mut event| {
            if let (Event::Status(status), Some(demo)) = (&mut event, &demo) {
                status.demo = *demo.borrow();
            }
            Some(event)
        });
        let presence = Arc::new(presence);
        running.present.insert(chosen.name().to_owned(), presence.clone());
        Ok(presence)
    }

    /// Once it is being closed.
    pub(crate) fn ends(&self) -> WaitForCancellationFutureOwned {
        self.inner.cancel.clone().cancelled_owned()
    }

    /// Ends everything in order and gives the home free.
    pub async fn close(&self) {
        self.inner.cancel.cancel();
        if let Some(served) = self.inner.served.lock().await.take() {
            served.ended().await;
        }
        let mut running = self.inner.running.lock().await;
        running.closed = true;
        for (_, presence) in running.present.drain() {
            match Arc::try_unwrap(presence) {
                Ok(presence) => presence.leave().await,
                // A question about it is still being answered; it ends with the process.
                Err(presence) => presence.agent.close().await,
            }
        }
        if let Some(embedded) = running.embedded.take() {
            embedded.stop().await;
        }
        drop(self.inner.lock.lock().await.take());
    }
}

/// Where people look for what they downloaded: the system's folder for it, else `Downloads` in their own. Empty where there
/// is neither.
fn usual_downloads() -> String {
    let own = || Some(dirs::home_dir()?.join("Downloads"));
    dirs::download_dir().or_else(own).map(|folder| folder.display().to_string()).unwrap_or_default()
}

fn idle(settings: &Settings) -> Option<Duration> {
    let minutes = u64::from(settings.auto_lock_minutes);
    (minutes > 0).then(|| Duration::from_secs(60 * minutes))
}

/// Passes events of a network on to whoever follows it.
fn forward(
    mut from: broadcast::Receiver<Event>,
    to: broadcast::Sender<News>,
    network: &str,
    passed: impl Fn(Event) -> Option<Event> + Send + 'static,
) {
    let network: Arc<str> = network.into();
    tokio::spawn(async move {
        loop {
            match from.recv().await {
                Ok(event) => {
                    if let Some(event) = passed(event) {
                        // Nobody may be listening.
                        drop(to.send(News { network: network.clone(), event }));
                    }
                }
                Err(broadcast::error::RecvError::Lagged(_)) => {}
                Err(broadcast::error::RecvError::Closed) => return,
            }
        }
    });
}
