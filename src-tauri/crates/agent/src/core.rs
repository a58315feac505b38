//! What every flow of an agent uses.

use crate::{
    agreements::LookAgain, errors, fees::LastFees, own_gateway::OwnGateway, policy::Policy, purchase::SetAside,
    store::Store, trust::LastLook, watchtowers::HandedOver,
};
use api::{ApiError, Code, Event, RebuildView, Sentence, sentence};
use clients::{aquarius::AquariusClient, secret_store::SecretStoreClient};
use keeper::{Keeper, KeeperError, RpcFault};
use protocol::{Address, NetworkFile, Signer};
use runner::{Journal, Ledger, Outbox};
use std::{
    path::PathBuf,
    sync::{Arc, PoisonError, RwLock},
};
use threshold::{EciesOpener, ThresholdError};
use tokio::sync::{Notify, broadcast};
use tokio_util::sync::CancellationToken;
use transport::Http;
use wallet::{ServiceKey, Wallet};
use zeroize::Zeroizing;

/// What an agent is opened with.
pub struct AgentConfig {
    /// Where it keeps its data.
    pub folder: PathBuf,
    /// The network.
    pub network: NetworkFile,
    /// Its name for people.
    pub title: Sentence,
    /// Reaches the network's services; whoever opens the agent keeps up to date where gateways are.
    pub http: Http,
    /// The accounts.
    pub wallet: Wallet,
    /// The account in use.
    pub account: Option<Address>,
    /// The home's own key: pays for refunds and grants, and holds nothing but what that costs.
    pub service: Arc<ServiceKey>,
    /// The key that owns the contracts, where this home runs the network itself.
    pub operator: Option<Arc<ServiceKey>>,
    /// The home's own gateway, where it has one.
    pub gateway: Option<Arc<dyn OwnGateway>>,
    /// The chain.
    pub keeper: Keeper,
    /// The journal, shared with the gateway: both send from the service key, and an account has one queue of nonces.
    pub ledger: Ledger,
    /// Over the same ledger; resumed and tended by whoever made it.
    pub outbox: Outbox,
    /// What may be signed.
    pub policy: Policy,
}

/// What every flow uses. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Core {
    pub(crate) network: Arc<NetworkFile>,
    pub(crate) title: Sentence,
    pub(crate) keeper: Keeper,
    /// For servers that somebody else runs.
    pub(crate) foreign: Http,
    pub(crate) catalogues: Arc<[AquariusClient]>,
    pub(crate) key_servers: Option<SecretStoreClient>,
    pub(crate) wallet: Wallet,
    /// The account in use, where one was chosen.
    pub(crate) account: Arc<RwLock<Option<Address>>>,
    /// Whom a request is answered for, where it named an account itself. Nobody else's requests are touched by that.
    pub(crate) acting: Option<Address>,
    pub(crate) service: Arc<ServiceKey>,
    pub(crate) operator_key: Option<Arc<ServiceKey>>,
    pub(crate) gateway: Option<Arc<dyn OwnGateway>>,
    pub(crate) store: Store,
    pub(crate) journal: Journal,
    pub(crate) outbox: Outbox,
    pub(crate) set_aside: SetAside,
    /// What is under way has changed: the status line is told anew.
    pub(crate) moved: Arc<Notify>,
    pub(crate) events: broadcast::Sender<Event>,
    pub(crate) cancel: CancellationToken,
    /// How far a rebuilding is, while one is under way.
    pub(crate) rebuild: Arc<RwLock<Option<RebuildView>>>,
    /// What may be signed.
    pub(crate) policy: Policy,
    pub(crate) contracts_look: LastLook,
    pub(crate) fees_look: LastFees,
    /// When agreements of other shapes are looked at again.
    pub(crate) look_again: LookAgain,
    /// What watch-towers were handed since this process began.
    pub(crate) handed_over: HandedOver,
    /// One confirmation at a time: of two at once the second finds the purchase of the first.
    pub(crate) confirming: Arc<tokio::sync::Mutex<()>>,
}

impl Core {
    /// The account a request is about: the one it named, else the one in use.
    pub(crate) fn account(&self) -> Option<Address> {
        self.acting.or_else(|| self.account_in_use())
    }

    /// The account in use: what windows show, and what requests are about that name none.
    pub(crate) fn account_in_use(&self) -> Option<Address> {
        let chosen = *self.account.read().unwrap_or_else(PoisonError::into_inner);
        chosen.or_else(|| self.wallet.accounts().first().map(|a| a.address))
    }

    /// For a request that names its account.
    pub(crate) fn acting_for(&self, account: Address) -> Self {
        Self { acting: Some(account), ..self.clone() }
    }

    /// The account a request is about, unlocked, or why not.
    pub(crate) fn signer(&self) -> Result<Arc<dyn Signer>, ApiError> {
        self.signer_of(self.account().ok_or_else(errors::no_account)?)
    }

    /// An account of the wallet, unlocked, or why not.
    pub(crate) fn signer_of(&self, account: Address) -> Result<Arc<dyn Signer>, ApiError> {
        if self.wallet.is_locked() {
            return Err(errors::locked());
        }
        self.wallet.touch();
        self.wallet.signer(account).map_err(errors::wallet)
    }

    /// Tells whoever listens; nobody may.
    pub(crate) fn tell(&self, event: Event) {
        if matches!(event, Event::Purchase(_) | Event::Publication(_)) {
            self.moved.notify_one();
        }
        let _ = self.events.send(event);
    }

    /// Milliseconds a block takes for people's clocks; blocks that come with transactions tick once a second.
    pub(crate) fn block_ms(&self) -> u64 {
        if self.network.block_time_ms == 0 { 1000 } else { self.network.block_time_ms }
    }

    /// Test tokens can be had here.
    pub(crate) fn has_test_tokens(&self) -> bool {
        self.keeper.contracts().dispenser.is_some()
    }
}

/// Opens what was sealed to an account of the wallet, while it is unlocked.
pub(crate) struct AccountOpener {
    pub(crate) wallet: Wallet,
    pub(crate) address: Address,
}

impl EciesOpener for AccountOpener {
    fn open_ecies(&self, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, ThresholdError> {
        match self.wallet.ecies_secret(self.address, |key| key.open_ecies(sealed)) {
            Ok(opened) => opened,
            // Locked in between: as good as a seal that does not open; whoever asked looks at the lock first.
            Err(_) => Err(ThresholdError::Sealed),
        }
    }
}

/// The chain's faults, for people.
pub fn chain(error: KeeperError) -> ApiError {
    let why = Sentence::from(&error);
    match error {
        KeeperError::Rpc(RpcFault::Disputed(_) | RpcFault::Alone(_)) => ApiError::new(
            Code::Unreachable,
            sentence!("Nothing can be decided now: {why}.", why),
            "Nothing is paid or granted until two nodes say the same; it goes on by itself then.",
        ),
        KeeperError::TooDear { .. } | KeeperError::TooMuchGas { .. } => ApiError::new(
            Code::Refused,
            sentence!("Nothing was signed: {why}.", why),
            "Wait until the network asks for less, or change [fees] in the network file.",
        ),
        KeeperError::Rpc(
            RpcFault::Refused { .. } | RpcFault::TooLarge | RpcFault::Form(_) | RpcFault::NoSubscription,
        ) => ApiError::new(
            Code::Unreachable,
            sentence!("The network's node gives no answer that can be used: {why}.", why),
            "Try it again. If it stays so, name another node in the network file.",
        ),
        KeeperError::Rpc(RpcFault::Unreachable(_) | RpcFault::Busy { .. } | RpcFault::WrongChain { .. }) => {
            ApiError::new(
                Code::Unreachable,
                "The network does not answer.",
                "Check the connection; what is under way goes on by itself when it is back.",
            )
        }
        KeeperError::WrongChain { .. } | KeeperError::ContractMissing(_) | KeeperError::Answer(_) => ApiError::new(
            Code::Invalid,
            sentence!("The network file does not fit the network: {why}.", why),
            "Ask whoever runs the network for its file.",
        )
        .at("network"),
        KeeperError::Revert { reason, .. } => {
            ApiError::new(Code::Refused, sentence!("The contract refuses: {reason}.", reason), "Nothing was changed.")
        }
        other => errors::internal(other),
    }
}

/// The outbox's faults, for people.
pub fn outbox(error: runner::OutboxError) -> ApiError {
    use runner::{ChainError, OutboxError as O};
    match error {
        O::Locked(_) => errors::locked(),
        O::Unreachable(error @ (ChainError::Disputed(_) | ChainError::TooDear(_) | ChainError::WrongChain { .. })) => {
            ApiError::new(
                Code::Unreachable,
                sentence!("Nothing was signed: {why}.", why = Sentence::from(&error)),
                "It goes on by itself when this has passed. Nothing is sent twice.",
            )
        }
        O::Unreachable(_) => ApiError::new(
            Code::Unreachable,
            "The network does not answer.",
            "It is sent again by itself when the network is back. Nothing is sent twice.",
        ),
        O::WouldFail(ChainError::Funds) => ApiError::new(
            Code::InsufficientBalance,
            "This account cannot pay the network fee.",
            "Ask whoever runs the network for a little ether.",
        ),
        O::WouldFail(ChainError::WouldRevert(reason)) => {
            ApiError::new(Code::Refused, sentence!("The contract refuses: {reason}.", reason), "Nothing was changed.")
        }
        O::Reverted(_) | O::WithoutEffect(_) | O::Displaced { .. } => ApiError::new(
            Code::Refused,
            sentence!("It did not take effect: {why}.", why = Sentence::from(&error)),
            "Try it again.",
        ),
        other => errors::data_file(&other).unwrap_or_else(|| errors::internal(other)),
    }
}
