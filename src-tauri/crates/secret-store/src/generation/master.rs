//! The master's side of key generation.

use crate::{
    KeyServer, KeyServerError,
    message::{Accepted, Answered, Ballot, Order, Refusal, Request, Signed},
    peers::AskError,
};
use protocol::Did;
use rand::Rng;
use std::time::Duration;
use threshold::{Point, dealing};

/// Attempts before giving up because other masters are faster.
const ATTEMPTS: u32 = 8;

/// How an attempt ended.
enum Ended {
    Done(Point),
    /// A later attempt, of this round, is under way; or a node lost its part of this one.
    Again(u32),
}

/// What the nodes answered, sorted out.
struct Heard {
    answers: Vec<Answered>,
    missing: Vec<Point>,
    again: Option<u32>,
}

impl KeyServer {
    /// Generates a server key, or finds the one that the same author has generated before.
    pub(crate) async fn generate(&self, order: &Order) -> Result<Point, KeyServerError> {
        let author = order.author().map_err(|_| KeyServerError::BadRequest("the signature belongs to no account"))?;
        let degree = usize::try_from(order.threshold).map_err(|_| KeyServerError::Threshold)?;
        dealing::check_threshold(self.nodes().len(), degree)?;
        if let Some(key) = self.server_key(order.id).await?.filter(|key| key.certificate.is_some()) {
            return if key.author() == author && key.about.threshold == order.threshold {
                Ok(key.about.commitments.at_zero()?)
            } else {
                Err(KeyServerError::AlreadyGenerated)
            };
        }
        let mut round = self.round(order.id).await?;
        for attempt in 1..=ATTEMPTS {
            let ballot = Ballot { round: round.checked_add(1).ok_or(KeyServerError::Busy)?, master: self.public() };
            match self.attempt(order, ballot).await? {
                Ended::Done(key) => return Ok(key),
                Ended::Again(later) => {
                    round = round.max(later).max(ballot.round);
                    // Two masters that keep preempting each other part by chance.
                    let pause = rand::thread_rng().gen_range(0..20 * u64::from(attempt));
                    tokio::time::sleep(Duration::from_millis(pause)).await;
                }
            }
        }
        Err(KeyServerError::Busy)
    }

    async fn attempt(&self, order: &Order, ballot: Ballot) -> Result<Ended, KeyServerError> {
        let heard = self.hear(&Request::Promise { order: order.clone(), ballot }).await?;
        let mut bound = Vec::new();
        let mut accepted = Vec::new();
        for answer in heard.answers {
            match answer {
                Answered::InForce { certificate } => return self.complete(order, certificate, false).await,
                Answered::Promised { bound: word, accepted: before } => {
                    bound.push(word);
                    accepted.extend(before);
                }
                _ => return Err(KeyServerError::BadRequest("a node answered something else")),
            }
        }
        if !heard.missing.is_empty() {
            return Err(KeyServerError::Disconnected { missing: heard.missing });
        }
        if let Some(round) = heard.again {
            return Ok(Ended::Again(round));
        }
        if self.certified(&accepted).is_ok() {
            return self.complete(order, accepted, true).await;
        }

        let deal = Request::Deal { order: order.clone(), ballot, bound };
        let Some(answers) = self.hear(&deal).await?.all()? else { return Ok(Ended::Again(ballot.round)) };
        let dealt = answers.into_iter().filter_map(|a| if let Answered::Dealt(dealt) = a { Some(dealt) } else { None });
        let accept = Request::Accept { order: order.clone(), ballot, dealt: dealt.collect() };
        let Some(answers) = self.hear(&accept).await?.all()? else { return Ok(Ended::Again(ballot.round)) };
        let words =
            answers.into_iter().filter_map(|a| if let Answered::Accepted(word) = a { Some(word) } else { None });
        self.complete(order, words.collect(), true).await
    }

    /// Puts a key in force everywhere. The key is certain already; `all` says whether every node must confirm it, which
    /// a repeated request does not need.
    async fn complete(
        &self,
        order: &Order,
        certificate: Vec<Signed<Accepted>>,
        all: bool,
    ) -> Result<Ended, KeyServerError> {
        let about = self
            .certified(&certificate)
            .map_err(|_| KeyServerError::BadRequest("the nodes accepted different keys"))?;
        let key = about.commitments.at_zero()?;
        let complete = Request::Complete { id: order.id, certificate };
        let heard = self.hear(&complete).await?;
        if all && !heard.missing.is_empty() {
            return Err(KeyServerError::Disconnected { missing: heard.missing });
        }
        let author = order.author().map_err(|_| KeyServerError::BadRequest("the signature belongs to no account"))?;
        if about.id != order.id || about.author != author || about.threshold != order.threshold {
            return Err(KeyServerError::AlreadyGenerated);
        }
        Ok(Ended::Done(key))
    }

    /// Asks all nodes of the group, in its order. Errors that end the whole request end it here.
    async fn hear(&self, request: &Request) -> Result<Heard, KeyServerError> {
        let mut heard = Heard { answers: Vec::new(), missing: Vec::new(), again: None };
        for (node, answer) in self.ask_all(request).await {
            match answer {
                Ok(answer) => heard.answers.push(answer),
                Err(AskError::Refused(Refusal::Preempted { round })) => {
                    heard.again = heard.again.max(Some(round));
                }
                Err(AskError::Refused(Refusal::Forgotten)) => heard.again = heard.again.max(Some(0)),
                Err(AskError::Refused(Refusal::AlreadyGenerated)) => return Err(KeyServerError::AlreadyGenerated),
                Err(AskError::Refused(Refusal::Cheating { dealer })) => {
                    return Err(KeyServerError::Cheating { node: dealer });
                }
                Err(error) => {
                    tracing::warn!(%node, %error, "a node is missing at key generation");
                    heard.missing.push(node);
                }
            }
        }
        Ok(heard)
    }

    /// Tells a node that missed it that a key is in force.
    pub(crate) async fn remind(&self, node: &Point, id: Did, certificate: &[Signed<Accepted>]) -> Result<(), AskError> {
        let request = Request::Complete { id, certificate: certificate.to_vec() };
        self.ask(node, &request).await.map(|_| ())
    }
}

impl Heard {
    /// All answers, or `None` where the attempt must be made again.
    fn all(self) -> Result<Option<Vec<Answered>>, KeyServerError> {
        if !self.missing.is_empty() {
            return Err(KeyServerError::Disconnected { missing: self.missing });
        }
        Ok(if self.again.is_some() { None } else { Some(self.answers) })
    }
}
