//! What the window asks for by itself: when it begins, and when another network is in use.

use super::{App, Asked};
use crate::{browser, ipc, texts::Tongue};
use api::{
    AccountView, ApiError, GetSettings, GetStatus, ListDownloads, ListPurchases, NetworkHealth, Sentence, SetSettings,
    Settings, Status,
};
use leptos::{prelude::*, task::spawn_local};
use protocol::Vodka;

impl App {
    /// Starts to listen, and asks for everything once.
    pub(crate) fn begin(self) {
        spawn_local(async move {
            match ipc::hear(move |event| self.take(event)).await {
                Ok(()) => {
                    self.stuck.set(None);
                    self.ask();
                }
                Err(error) => self.stuck.set(Some(error)),
            }
        });
    }

    /// Asks for what all pages share. What fails is told, with a way to ask again.
    pub(crate) fn ask(self) {
        let still = self.same_network();
        self.missed.set(None);
        spawn_local(async move {
            let settings = self.ask_settings().await;
            let network = self.ask_network(still).await;
            if let Err(error) = network.and(settings)
                && still()
            {
                if self.status.with_untracked(Option::is_none) {
                    self.stuck.set(Some(error.clone()));
                }
                self.missed.set(Some(error));
            }
        });
    }

    /// Asks for the settings, where they are not known yet.
    async fn ask_settings(self) -> Result<(), ApiError> {
        if self.known.with_untracked(|known| matches!(known, Asked::There(()))) {
            return Ok(());
        }
        match ipc::call(GetSettings {}).await {
            Ok(settings) => {
                self.settle(settings);
                self.known.set(Asked::There(()));
                Ok(())
            }
            Err(error) => {
                self.known.set(Asked::Failed(error.clone()));
                Err(error)
            }
        }
    }

    /// Asks for what is of the network in use. Of an answer that comes when it is another one, nothing is taken.
    async fn ask_network(self, still: impl Fn() -> bool) -> Result<(), ApiError> {
        let status = ipc::call(GetStatus {}).await?;
        if still() {
            self.status.set(Some(status));
        }
        let purchases = ipc::call(ListPurchases {}).await?;
        if still() {
            purchases.into_iter().rev().for_each(|purchase| self.answer_purchase(purchase));
        }
        let downloads = ipc::call(ListDownloads {}).await?;
        if still() {
            downloads.into_iter().rev().for_each(|download| self.answer_download(download));
        }
        Ok(())
    }

    /// For whoever waits for an answer: whether the network in use is still the one that was asked.
    pub(crate) fn same_network(self) -> impl Fn() -> bool + Copy {
        let asked = self.networks.get_untracked();
        move || self.networks.get_untracked() == asked
    }

    /// Takes the answer to what is asked now, unless another network is in use by then: its purchases and downloads are others.
    pub(crate) fn of_this_network<T>(self, take: impl FnOnce(T) + 'static) -> impl FnOnce(T) + 'static {
        let still = self.same_network();
        move |answer| {
            if still() {
                take(answer);
            }
        }
    }

    /// Another network is in use: nothing of the one before stays, and everything is asked anew.
    pub(super) fn change_network(self) {
        self.networks.update(|n| *n = n.wrapping_add(1));
        self.status.update(|status| {
            if let Some(status) = status {
                *status = of_another_network(status);
            }
        });
        self.purchases.set(Vec::new());
        self.downloads.set(Vec::new());
        self.publications.set(Vec::new());
        self.found.set(Asked::Waiting);
        self.wish.update(|wish| wish.page = 0);
        self.after_unlock.set(None);
        self.catalogue.update(|n| *n = n.wrapping_add(1));
        self.sales.update(|n| *n = n.wrapping_add(1));
        self.ask();
    }

    /// Takes settings into effect: colours and language.
    pub(crate) fn settle(self, settings: Settings) {
        browser::dress(settings.theme);
        let tongue = Tongue::of(settings.language, &browser::language());
        browser::speak(tongue);
        self.settings.set(settings);
        if tongue != self.tongue.get_untracked() {
            self.tongue.set(tongue);
        }
    }

    /// Changes the settings and keeps them. They are kept as a whole: as long as they are not known, nothing is.
    pub(crate) fn change_settings(self, change: impl FnOnce(&mut Settings) + 'static) {
        spawn_local(async move {
            if let Err(error) = self.ask_settings().await {
                self.slip.set(Some(error));
                return;
            }
            let mut settings = self.settings.get_untracked();
            change(&mut settings);
            self.settle(settings.clone());
            if let Err(error) = ipc::call(SetSettings { settings }).await {
                self.slip.set(Some(error));
            }
        });
    }
}

/// What is known of another network before it has answered: whose account it is, and whether it is locked.
fn of_another_network(before: &Status) -> Status {
    Status {
        network: Sentence::verbatim(""),
        health: NetworkHealth::Starting,
        trouble: None,
        block: 0,
        block_ms: 0,
        account: AccountView { balance: None, set_aside: Vodka::ZERO, test_tokens: false, ..before.account.clone() },
        pending: 0,
        waiting_for_unlock: 0,
        may_close: true,
        rebuild: None,
        demo: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::horizon::tests::status;

    #[test]
    fn of_another_network_only_the_account_is_known() {
        let mut before = status(NetworkHealth::Fine, 2, 1);
        before.account.balance = Some(Vodka::from_ocean(97));
        before.rebuild = Some(api::RebuildView { at: 1, to: 2, done: 0, of: 0 });
        let now = of_another_network(&before);
        assert_eq!((now.account.name.as_str(), now.account.lock), ("main", before.account.lock));
        assert_eq!((now.health, now.account.balance, now.pending), (NetworkHealth::Starting, None, 0));
        assert!(now.rebuild.is_none() && now.network.text().is_empty());
    }
}
