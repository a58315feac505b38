//! Handing what is paid for to the network's watch-towers, beside everything else: this computer takes the money back itself
//! where it is on by then, and a tower is for the case that it is not.

use crate::core::Core;
use clients::{ClientError, watchtower::WatchtowerClient};
use protocol::{AgreementId, conditions::AccessTerms, shape::Shape};
use std::{
    collections::HashSet,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio_util::task::TaskTracker;

/// How often a watch-tower is asked, with pauses that double from the first: for about four minutes.
const TRIES: u32 = 10;
const FIRST_PAUSE: Duration = Duration::from_millis(250);
/// Whoever closes a home waits no longer for a tower.
const AT_THE_END: Duration = Duration::from_secs(2);

/// What is handed over.
#[derive(Debug, Clone)]
pub(crate) enum Handed {
    /// A purchase.
    Purchase(Box<AccessTerms>),
    /// An agreement of another shape.
    Shape(Box<Shape>),
}

impl Handed {
    /// An agreement of another shape, without the words that only its parties need.
    pub(crate) fn shape(shape: &Shape) -> Self {
        let mut bare = shape.clone();
        bare.title.clear();
        for (place, condition) in bare.conditions.iter_mut().enumerate() {
            (condition.name, condition.text) = (place.to_string(), None);
        }
        Self::Shape(Box::new(bare))
    }

    const fn agreement(&self) -> AgreementId {
        match self {
            Self::Purchase(terms) => terms.agreement,
            Self::Shape(shape) => shape.agreement,
        }
    }
}

/// What was handed over since this process began, and what is being handed over. Cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct HandedOver {
    known: Arc<Mutex<HashSet<AgreementId>>>,
    under_way: TaskTracker,
}

impl HandedOver {
    /// Notes it; whether it is the first time.
    fn note(&self, agreement: AgreementId) -> bool {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).insert(agreement)
    }

    /// It was of no use: it is to be tried again.
    fn forget(&self, agreement: AgreementId) {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).remove(&agreement);
    }

    /// Until nothing is being handed over any more, for a moment at most.
    pub(crate) async fn wait(&self) {
        self.under_way.close();
        if tokio::time::timeout(AT_THE_END, self.under_way.wait()).await.is_err() {
            tracing::info!("a watch-tower does not answer; it is asked again with the next start");
        }
    }
}

/// Whether a watch-tower has said its last word: it watches, or it never will.
fn is_answered(asked: &Result<(), ClientError>) -> bool {
    asked.as_ref().err().is_none_or(|error| !error.may_pass())
}

impl Core {
    /// Hands it to every watch-tower that the network names, once for as long as this process runs and one answers. Returns at
    /// once.
    pub(crate) fn hand_over(&self, handed: &Handed) {
        if self.network.services.watchtower.is_empty() || !self.handed_over.note(handed.agreement()) {
            return;
        }
        for base in &self.network.services.watchtower {
            let tower = WatchtowerClient::new(self.foreign.clone(), base);
            let (handed, cancel, over) = (handed.clone(), self.cancel.clone(), self.handed_over.clone());
            self.handed_over.under_way.spawn(async move {
                let mut pause = FIRST_PAUSE;
                for _ in 0..TRIES {
                    let told = match &handed {
                        Handed::Purchase(terms) => tower.watch(terms).await,
                        Handed::Shape(shape) => tower.watch_shape(shape).await,
                    };
                    if let Err(error) = &told {
                        tracing::info!(%error, agreement = %handed.agreement(), "a watch-tower does not watch it");
                    }
                    if is_answered(&told) {
                        return;
                    }
                    tokio::select! {
                        () = cancel.cancelled() => return,
                        () = tokio::time::sleep(pause) => pause *= 2,
                    }
                }
                over.forget(handed.agreement());
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::{
        Address, Did, Hash32, TemplateId,
        conditions::ConditionTerms,
        shape::{Actor, ShapeCondition},
    };

    #[test]
    fn a_tower_learns_what_it_needs_and_no_words_of_the_parties() {
        let terms = ConditionTerms::HashLock { hash: Hash32([5; 32]) };
        let (agreement, contract) = (AgreementId([1; 32]), Address([6; 20]));
        let shape = Shape {
            agreement,
            title: "between us".into(),
            did: Did([2; 32]),
            template: TemplateId([3; 32]),
            actors: vec![Actor { role: "consumer".into(), account: Address([4; 20]) }],
            conditions: vec![ShapeCondition {
                name: "our word".into(),
                id: terms.id(agreement, contract),
                terms,
                contract,
                time_lock: 0,
                time_out: 9,
                text: Some("said in private".into()),
                after: vec![],
            }],
            order: vec![0],
        };
        let Handed::Shape(bare) = Handed::shape(&shape) else { panic!("it is a shape") };
        let told = serde_json::to_string(&bare).unwrap();
        assert!(["between us", "our word", "said in private"].iter().all(|word| !told.contains(word)), "{told}");
        assert_eq!((bare.actors, bare.conditions[0].id), (shape.actors, shape.conditions[0].id));
    }

    #[test]
    fn a_watch_tower_is_asked_again_until_it_watches_or_never_will() {
        let refused = |status| Err(ClientError::Refused { status, message: "no".to_owned() });
        assert!(is_answered(&Ok(())) && is_answered(&refused(400)) && !is_answered(&refused(503)));
    }

    #[test]
    fn an_agreement_is_handed_over_once() {
        let (over, one) = (HandedOver::default(), AgreementId([1; 32]));
        assert!(over.note(one) && over.note(AgreementId([2; 32])));
        assert!(!over.note(one) && !over.clone().note(one));
        over.forget(one);
        assert!(over.note(one), "one that nobody answered is tried again");
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_leaves_waits_for_a_tower_that_is_being_told_and_not_for_ever() {
        let over = HandedOver::default();
        let (told, is_told) = (Arc::new(Mutex::new(false)), tokio::time::Instant::now());
        let tells = told.clone();
        over.under_way.spawn(async move {
            tokio::time::sleep(FIRST_PAUSE).await;
            *tells.lock().unwrap() = true;
        });
        over.wait().await;
        assert!(*told.lock().unwrap());
        assert_eq!(is_told.elapsed(), FIRST_PAUSE);
        over.under_way.spawn(std::future::pending::<()>());
        over.wait().await;
        assert_eq!(is_told.elapsed(), FIRST_PAUSE + AT_THE_END);
    }
}
