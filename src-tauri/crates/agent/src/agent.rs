//! The agent: one network, one home, all flows. Every request of the interface ends here.

use crate::{
    account,
    agreements::LookAgain,
    chain_events::Index,
    core::{AgentConfig, Core, chain},
    download::Downloads,
    errors,
    fees::LastFees,
    publish::Publications,
    purchase::Purchases,
    store::Store,
    trust::LastLook,
    watchtowers::HandedOver,
};
use api::{ApiError, CheckPoint, Event, NetworkCheck, NetworkHealth, Reply, Request, Sentence, Status, sentence};
use clients::{aquarius::AquariusClient, secret_store::SecretStoreClient};
use protocol::Address;
use runner::Journal;
use std::sync::{Arc, PoisonError, RwLock};
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;
use transport::Limits;

/// Key servers of which one more than this must answer.
const THRESHOLD: u32 = 1;
/// Events that a slow listener may miss.
const EVENTS: usize = 1024;

/// An agent. Cheap to clone.
#[derive(Clone)]
pub struct Agent {
    pub(crate) core: Core,
    pub(crate) purchases: Purchases,
    pub(crate) downloads: Downloads,
    pub(crate) publications: Publications,
    pub(crate) index: Index,
}

impl Agent {
    /// Opens the agent of a network and goes on with everything that is pending.
    ///
    /// # Errors
    /// Where the network does not answer, or the folder cannot be used.
    pub async fn open(config: AgentConfig) -> Result<Self, ApiError> {
        let AgentConfig {
            folder,
            network,
            title,
            http,
            wallet,
            account,
            service,
            operator,
            gateway,
            keeper,
            ledger,
            outbox,
            policy,
        } = config;
        std::fs::create_dir_all(&folder).map_err(|e| errors::disk(&folder, &e))?;
        let store = Store::open(&folder.join("agent.db")).map_err(errors::store)?;
        let foreign = http.with_limits(Limits::hostile());
        let wrong = |e: transport::EndpointError| {
            ApiError::new(
                api::Code::Invalid,
                sentence!("The network file names an address that is none: {why}.", why = Sentence::from(&e)),
                "Ask whoever runs the network for its file.",
            )
        };
        let catalogues = network.services.aquarius.iter().map(|base| AquariusClient::new(foreign.clone(), base));
        let catalogues = catalogues.collect::<Result<Vec<_>, _>>().map_err(wrong)?;
        let servers = network.services.secret_store.clone();
        let threshold = THRESHOLD.min(u32::try_from(servers.len().saturating_sub(1)).unwrap_or(0));
        let key_servers = match servers.is_empty() {
            true => None,
            false => Some(
                SecretStoreClient::new(foreign.clone(), servers, threshold)
                    .map_err(|e| errors::internal(e.to_string()))?,
            ),
        };
        let cancel = CancellationToken::new();
        let core = Core {
            network: Arc::new(network),
            title,
            keeper,
            foreign: foreign.clone(),
            catalogues: catalogues.into(),
            key_servers,
            wallet,
            account: Arc::new(RwLock::new(account)),
            acting: None,
            service,
            operator_key: operator,
            gateway,
            store: store.clone(),
            journal: Journal::new(&ledger),
            outbox,
            events: broadcast::channel(EVENTS).0,
            set_aside: crate::purchase::SetAside::default(),
            moved: Arc::default(),
            cancel,
            rebuild: Arc::default(),
            policy,
            contracts_look: LastLook::default(),
            fees_look: LastFees::default(),
            look_again: LookAgain::default(),
            handed_over: HandedOver::default(),
            confirming: Arc::default(),
        };
        let downloads = Downloads::new(store, foreign, core.events.clone());
        let purchases = Purchases::open(core.clone()).await?;
        let publications = Publications::open(core.clone()).await?;
        let index = Index::new(folder.join("events.db"));
        let this = Self { core, purchases, downloads, publications, index };
        this.resume_downloads().await?;
        this.core.remember_money().await?;
        this.look_after_payments();
        this.resume_agreements_beside();
        this.follow();
        Ok(this)
    }

    /// Tells what changes on its own: blocks, the lock, what is under way, and news of sales.
    fn follow(&self) {
        let core = self.core.clone();
        tokio::spawn(async move { core.cancel.run_until_cancelled(core.tell_of_locking()).await });
        let this = self.clone();
        tokio::spawn(async move {
            let mut blocks = this.core.keeper.blocks();
            let mut news = this.core.gateway.as_ref().map(|g| g.news());
            loop {
                tokio::select! {
                    () = this.core.cancel.cancelled() => return,
                    changed = blocks.changed() => {
                        if changed.is_err() { return }
                        this.core.tell(Event::Status(this.status().await));
                    }
                    // The last step of something often comes without a block.
                    () = this.core.moved.notified() => this.core.tell(Event::Status(this.status().await)),
                    sale = next(&mut news) => {
                        if let Some(sale) = sale && let Err(error) = this.publications.sale(&sale).await {
                            tracing::warn!(%error, "a sale could not be told");
                        }
                        this.core.tell(Event::Sales);
                    }
                }
            }
        });
    }

    /// Looks after what was paid in agreements of other shapes, as long as it runs.
    fn look_after_payments(&self) {
        let core = self.core.clone();
        tokio::spawn(async move { core.cancel.run_until_cancelled(core.take_back_payments()).await });
    }

    /// Goes on with agreements whose creation was begun.
    fn resume_agreements_beside(&self) {
        let core = self.core.clone();
        tokio::spawn(async move {
            tokio::select! {
                () = core.cancel.cancelled() => {}
                done = core.resume_agreements() => if let Err(error) = done {
                    tracing::warn!(%error, "agreements that were begun could not be gone on with");
                }
            }
        });
    }

    /// What happens from now on.
    pub fn events(&self) -> broadcast::Receiver<Event> {
        self.core.events.subscribe()
    }

    /// Tells the status anew, to everyone who follows.
    pub fn tell_status(&self) {
        self.core.moved.notify_one();
    }

    /// Stops everything; all of it goes on with the next start. Waits a moment for watch-towers that are being told of a
    /// payment: who only pays and leaves is who needs them.
    pub async fn close(&self) {
        self.core.handed_over.wait().await;
        self.core.cancel.cancel();
    }

    async fn status(&self) -> Status {
        let account = self.core.present_account().await;
        let block = self.core.keeper.block_number().await;
        let catalogue = match self.core.catalogues.first() {
            Some(catalogue) => catalogue.health().await.is_ok(),
            None => false,
        };
        let nodes = crate::network_check::of_nodes(&self.core.keeper.nodes());
        let (purchases, purchases_locked) = self.purchases.open_count().await.unwrap_or((0, 0));
        let fees = match (&block, catalogue, &nodes) {
            (Ok(block), true, None) => self.core.fees_trouble(*block, purchases > 0).await,
            _ => None,
        };
        let (health, trouble) = match (&block, catalogue, nodes.or(fees)) {
            (Err(_), _, _) => (NetworkHealth::Offline, Some("The network does not answer.".into())),
            (Ok(_), false, _) => (NetworkHealth::Degraded, Some("The catalogue does not answer.".into())),
            (Ok(_), true, Some(trouble)) => (NetworkHealth::Degraded, Some(trouble)),
            (Ok(_), true, None) => (NetworkHealth::Fine, None),
        };
        let (publications, publications_locked) = self.publications.open_count();
        let transfers = self.core.transfers_under_way().await.unwrap_or(0);
        let (agreements, agreements_locked) = self.core.agreements_under_way().await.unwrap_or((0, 0));
        let pending = purchases.saturating_add(publications).saturating_add(transfers).saturating_add(agreements);
        let waiting_for_unlock = purchases_locked.saturating_add(publications_locked).saturating_add(agreements_locked);
        Status {
            network: self.core.title.clone(),
            health,
            trouble,
            block: block.unwrap_or(0),
            block_ms: self.core.network.block_time_ms,
            account,
            pending,
            waiting_for_unlock,
            may_close: pending == 0,
            rebuild: *self.core.rebuild.read().unwrap_or_else(PoisonError::into_inner),
            // Of a network that a home runs, which knows.
            demo: None,
        }
    }

    async fn check(&self) -> Result<NetworkCheck, ApiError> {
        let mut points = crate::network_check::of_chain(&self.core.keeper).await.map_err(chain)?;
        let mut point = |what, ok, found| points.push(CheckPoint { what, ok, found });
        for catalogue in self.core.catalogues.iter() {
            let health = catalogue.health().await;
            let found = health.as_ref().err().map_or_else(|| sentence!("answers"), Sentence::from);
            point(sentence!("Catalogue"), health.is_ok(), found);
        }
        if let Some(servers) = &self.core.key_servers {
            let (alive, failed) = servers.alive(None).await;
            let found = sentence!("{some} answer, {others} do not", some = alive.len(), others = failed.len());
            point(sentence!("Key servers"), alive.len() > servers.threshold() as usize, found);
        }
        Ok(NetworkCheck { points })
    }

    /// Answers a request; those that are about the home itself never come here.
    ///
    /// # Errors
    /// Those of the call.
    pub async fn call(&self, request: Request) -> Result<Reply, ApiError> {
        use api::*;
        let core = &self.core;
        Ok(match request {
            Request::GetStatus(_) => GetStatus::reply(self.status().await),
            Request::CreateAccount(c) => CreateAccount::reply(core.create_account(c.password, c.words).await?),
            Request::ImportAccount(c) => {
                let view = core.import_account(c.from, c.password.clone()).await?;
                self.rebuild_beside(c.password);
                ImportAccount::reply(view)
            }
            Request::Unlock(c) => {
                let view = core.unlock(c.password).await?;
                self.purchases.wake();
                self.publications.wake();
                self.publications.resume_all().await?;
                self.resume_agreements_beside();
                Unlock::reply(view)
            }
            Request::Lock(_) => Lock::reply(core.lock().await),
            Request::ChangePassword(c) => ChangePassword::reply(core.change_password(c.old, c.new).await?),
            Request::ExportAccount(c) => ExportAccount::reply(core.export_account(c.password, c.path).await?),
            Request::GetAccount(_) => GetAccount::reply(core.present_account().await),
            Request::ListAccounts(_) => {
                let mut views = Vec::new();
                for known in core.wallet.accounts() {
                    views.push(core.account_view(Some(known.address)).await);
                }
                ListAccounts::reply(views)
            }
            Request::AddAccount(c) => AddAccount::reply(core.add_account(c.name, c.password).await?),
            Request::UseAccount(c) => {
                self.use_account(Some(&c.name))?;
                UseAccount::reply(core.account_view(core.account_in_use()).await)
            }
            Request::GetTestTokens(c) => GetTestTokens::reply(core.get_test_tokens(c.amount).await?),
            Request::SendTokens(c) => SendTokens::reply(core.send_tokens(c.to, c.amount).await?),
            Request::GetFees(_) => GetFees::reply(core.fees().await?),
            Request::FillComputer(c) => FillComputer::reply(core.fill_computer(c.wei).await?),
            Request::Search(c) => Search::reply(core.search(c.query).await?),
            Request::GetListing(c) => GetListing::reply(core.listing(c.did).await?),
            Request::GetQuote(c) => GetQuote::reply(core.quote(c.did, c.service).await?),
            Request::Buy(c) => Buy::reply(self.purchases.buy(c).await?),
            Request::Consent(c) => Consent::reply(core.consent(c.given).await?),
            Request::GetContractsTrust(_) => GetContractsTrust::reply(core.contracts_trust().await?),
            Request::SaveReceipt(c) => SaveReceipt::reply(self.save_receipt(c.agreement, &c.path).await?),
            Request::GetPurchase(c) => GetPurchase::reply(self.purchases.fresh_view(c.agreement).await?),
            Request::ListPurchases(_) => ListPurchases::reply(self.purchases.list().await?),
            Request::Resume(c) => {
                self.resume_downloads().await?;
                self.publications.resume_all().await?;
                self.resume_agreements_beside();
                Resume::reply(self.purchases.resume(c.agreement).await?)
            }
            Request::Refund(c) => Refund::reply(self.purchases.refund(c.agreement).await?),
            Request::CheckAgreement(c) => CheckAgreement::reply(core.check_agreement(&c.document).await?),
            Request::CreateAgreement(c) => CreateAgreement::reply(core.create_agreement(&c.document).await?),
            Request::JoinAgreement(c) => JoinAgreement::reply(core.join_agreement(&c.document).await?),
            Request::GetAgreement(c) => GetAgreement::reply(core.agreement_view(c.agreement).await?),
            Request::ListAgreements(_) => ListAgreements::reply(self.agreements().await?),
            Request::FulfilCondition(c) => FulfilCondition::reply(
                core.fulfil_condition(c.agreement, &c.condition, c.shown, c.without_refund).await?,
            ),
            Request::AbortCondition(c) => AbortCondition::reply(core.abort_condition(c.agreement, &c.condition).await?),
            Request::SignCondition(c) => SignCondition::reply(core.sign_condition(c.agreement, &c.condition).await?),
            Request::ListTemplates(_) => ListTemplates::reply(core.templates().await?),
            Request::ProposeTemplate(c) => {
                ProposeTemplate::reply(core.propose_template(c.name, c.conditions, c.actors).await?)
            }
            Request::ApproveTemplate(c) => ApproveTemplate::reply(core.approve_template(&c.template).await?),
            Request::RevokeTemplate(c) => RevokeTemplate::reply(core.revoke_template(&c.template).await?),
            Request::ListRoles(_) => ListRoles::reply(core.roles().await?),
            Request::ChangeRole(c) => ChangeRole::reply(core.change_role(c.name, c.registered).await?),
            Request::GetList(_) => GetList::reply(core.own_list().await?),
            Request::ChangeList(c) => ChangeList::reply(core.change_list(c.item, c.listed).await?),
            Request::ListLibrary(_) => ListLibrary::reply(self.library().await?),
            Request::RebuildLibrary(c) => RebuildLibrary::reply(self.rebuild_library(c.password).await?),
            Request::StartDownload(c) => {
                StartDownload::reply(self.start_download(c.agreement, c.index, c.folder).await?)
            }
            Request::SteerDownload(c) => SteerDownload::reply(self.steer_download(c.id, c.order).await?),
            Request::ListDownloads(_) => ListDownloads::reply(self.list_downloads().await?),
            Request::VerifyFile(c) => VerifyFile::reply(self.verify_file(c.agreement, c.index).await?),
            Request::Inspect(c) => Inspect::reply(core.look(c.source, |_| {}).await?),
            Request::SaveDraft(c) => {
                SaveDraft::reply(core.store.save_draft(c.draft, crate::clock::now_text()).await.map_err(errors::store)?)
            }
            Request::ListDrafts(_) => ListDrafts::reply(core.store.drafts().await.map_err(errors::store)?),
            Request::DropDraft(c) => {
                core.store.drop_draft(c.id).await.map_err(errors::store)?;
                DropDraft::reply(core.store.drafts().await.map_err(errors::store)?)
            }
            Request::Publish(c) => Publish::reply(self.publications.publish(c.draft).await?),
            Request::GetPublication(c) => GetPublication::reply(self.publications.view(c.id).await?),
            Request::ListPublications(_) => ListPublications::reply(self.publications.unlisted().await?),
            Request::ListMyListings(_) => ListMyListings::reply(self.publications.mine().await?),
            Request::EditListing(c) => EditListing::reply(self.publications.edit(c.did, c.changes).await?),
            Request::Unlist(c) => Unlist::reply(self.publications.unlist(c.did).await?),
            Request::ListActivity(_) => ListActivity::reply(core.store.activity().await.map_err(errors::store)?),
            Request::ListChainEvents(c) => {
                ListChainEvents::reply(self.chain_events(c.filter, c.bookmark, c.most).await?)
            }
            Request::CheckNetwork(_) => CheckNetwork::reply(self.check().await?),
            Request::GetSettings(_)
            | Request::SetSettings(_)
            | Request::ListNetworks(_)
            | Request::AddNetwork(_)
            | Request::UseNetwork(_)
            | Request::ExportNetwork(_) => return Err(errors::internal("a request about the home came to an agent")),
        })
    }

    /// The agent as it answers a request that names its account; what others ask goes on being about the account in use.
    ///
    /// # Errors
    /// Where the wallet has no such account.
    pub fn acting_for(&self, name: &str) -> Result<Self, ApiError> {
        let found = self.core.wallet.find(name).ok_or_else(|| account::unknown(name))?;
        Ok(self.acting(found.address))
    }

    /// The agent as it answers one request: about the account that is in use now, even where another one is meanwhile.
    pub fn pinned(&self) -> Self {
        self.core.account_in_use().map_or_else(|| self.clone(), |account| self.acting(account))
    }

    fn acting(&self, account: Address) -> Self {
        Self {
            core: self.core.acting_for(account),
            purchases: self.purchases.acting_for(account),
            publications: self.publications.acting_for(account),
            ..self.clone()
        }
    }

    /// Takes another account of the wallet into use.
    ///
    /// # Errors
    /// Where the wallet has no such account.
    pub fn use_account(&self, name: Option<&str>) -> Result<(), ApiError> {
        let Some(name) = name else { return Ok(()) };
        let found = self.core.wallet.find(name).ok_or_else(|| account::unknown(name))?;
        self.core.use_account(Some(found.address));
        Ok(())
    }
}

async fn next(
    news: &mut Option<broadcast::Receiver<crate::own_gateway::SaleNews>>,
) -> Option<crate::own_gateway::SaleNews> {
    match news {
        Some(receiver) => match receiver.recv().await {
            Ok(sale) => Some(sale),
            Err(broadcast::error::RecvError::Lagged(_)) => None,
            Err(broadcast::error::RecvError::Closed) => std::future::pending().await,
        },
        None => std::future::pending().await,
    }
}
