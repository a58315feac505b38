//! What happens on the networks of a home, and who is told which part of it.

use api::Event;
use std::sync::Arc;
use tokio::sync::{broadcast, watch};

/// Something that happened on a network.
#[derive(Debug, Clone)]
pub(crate) struct News {
    /// The network's name.
    pub(crate) network: Arc<str>,
    pub(crate) event: Event,
}

/// Heard from one moment on, of one network: never of two that are used beside each other. Missed ones are skipped: each
/// carries the whole view.
pub(crate) struct Heard(Source);

enum Source {
    /// Of the home that this process runs.
    Here(Following),
    /// As the process that runs the home tells them.
    Told(broadcast::Receiver<Event>),
}

/// Somebody who follows a network.
struct Following {
    all: broadcast::Receiver<News>,
    in_use: watch::Receiver<String>,
    /// Whether it is whichever network is in use.
    whichever: bool,
    /// The network followed now.
    network: String,
}

impl Heard {
    /// Of the network with this name; `None` is whichever is in use.
    pub(crate) fn here(
        all: broadcast::Receiver<News>,
        mut in_use: watch::Receiver<String>,
        named: Option<String>,
    ) -> Self {
        let whichever = named.is_none();
        let network = named.unwrap_or_else(|| in_use.borrow_and_update().clone());
        Self(Source::Here(Following { all, in_use, whichever, network }))
    }

    pub(crate) fn told(by: broadcast::Receiver<Event>) -> Self {
        Self(Source::Told(by))
    }

    /// The next event; `None` when the home has ended. Whoever follows the network in use hears [`Event::Network`] between
    /// the last event of one network and the first of the other.
    pub(crate) async fn next(&mut self) -> Option<Event> {
        match &mut self.0 {
            Source::Here(following) => following.next().await,
            Source::Told(events) => loop {
                match events.recv().await {
                    Ok(event) => return Some(event),
                    Err(broadcast::error::RecvError::Lagged(_)) => {}
                    Err(broadcast::error::RecvError::Closed) => return None,
                }
            },
        }
    }
}

impl Following {
    async fn next(&mut self) -> Option<Event> {
        loop {
            tokio::select! {
                // What is known to be of another network is not told any more.
                biased;
                changed = self.in_use.changed(), if self.whichever => {
                    changed.ok()?;
                    self.network = self.in_use.borrow_and_update().clone();
                    return Some(Event::Network);
                }
                heard = self.all.recv() => match heard {
                    Ok(news) if *news.network == *self.network => return Some(news.event),
                    Ok(_) | Err(broadcast::error::RecvError::Lagged(_)) => {}
                    Err(broadcast::error::RecvError::Closed) => return None,
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn news(network: &str, files: u32) -> News {
        News { network: network.into(), event: Event::FilesHeld(files) }
    }

    #[tokio::test]
    async fn whoever_follows_the_network_in_use_hears_no_other() {
        let (tell, all) = broadcast::channel(8);
        let (uses, in_use) = watch::channel("local".to_owned());
        let mut events = Heard::here(all, in_use, None);
        tell.send(news("spree", 1)).unwrap();
        tell.send(news("local", 2)).unwrap();
        assert_eq!(events.next().await, Some(Event::FilesHeld(2)));
        // What was told of the old one and is not heard yet is not heard any more.
        tell.send(news("local", 3)).unwrap();
        tell.send(news("spree", 4)).unwrap();
        uses.send_replace("spree".to_owned());
        assert_eq!(events.next().await, Some(Event::Network));
        assert_eq!(events.next().await, Some(Event::FilesHeld(4)));
        drop((tell, uses));
        assert_eq!(events.next().await, None);
    }

    #[tokio::test]
    async fn whoever_follows_one_network_hears_it_whichever_is_in_use() {
        let (tell, all) = broadcast::channel(8);
        let (uses, in_use) = watch::channel("local".to_owned());
        let mut events = Heard::here(all, in_use, Some("spree".to_owned()));
        uses.send_replace("elbe".to_owned());
        tell.send(news("elbe", 1)).unwrap();
        tell.send(news("local", 2)).unwrap();
        tell.send(news("spree", 3)).unwrap();
        assert_eq!(events.next().await, Some(Event::FilesHeld(3)));
    }
}
