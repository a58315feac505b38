//! Two deaths in one purchase: of the buyer and the publisher, or of the same one twice, the second while it recovers from
//! the first. All pairs where `NEUSTON_LONG` is set, else every so manyth.

use super::Kill;
use crate::{
    network::Network,
    person::{PATIENCE, Person},
};
use std::{
    sync::mpsc,
    time::{Duration, Instant},
};

/// Who dies, and where. What comes to no second death ends without it: the first may lead another way.
#[derive(Debug, Clone, Default)]
pub(crate) struct Deaths {
    buyer: Vec<Kill>,
    publisher: Vec<Kill>,
}

impl Deaths {
    /// Every pair of these deaths.
    pub(crate) fn pairs(buyer: &[Kill], publisher: &[Kill]) -> Vec<Self> {
        let both = buyer.iter().flat_map(|b| publisher.iter().map(|p| Self { buyer: vec![*b], publisher: vec![*p] }));
        let twice = |kills: &[Kill]| -> Vec<Vec<Kill>> {
            kills.iter().flat_map(|first| kills.iter().map(|second| vec![*first, *second])).collect()
        };
        let buyers = twice(buyer).into_iter().map(|buyer| Self { buyer, ..Self::default() });
        let publishers = twice(publisher).into_iter().map(|publisher| Self { publisher, ..Self::default() });
        both.chain(buyers).chain(publishers).collect()
    }

    fn word(&self) -> String {
        let words = |kills: &[Kill]| kills.iter().map(|kill| kill.word()).collect::<Vec<_>>().join("-");
        format!("b{}p{}", words(&self.buyer), words(&self.publisher))
    }
}

/// As many as this run of the tests has time for.
pub(crate) fn chosen<T>(pairs: Vec<T>, every: usize) -> Vec<T> {
    let every = if std::env::var_os("NEUSTON_LONG").is_some() { 1 } else { every };
    pairs.into_iter().step_by(every).collect()
}

/// The two of them.
struct World {
    publisher: Person,
    buyer: Person,
    network: Network,
}

/// How it went.
#[derive(Default)]
pub(super) struct Tally {
    /// Purchases in which both deaths were died.
    both: usize,
    /// The longest that a recovery took, from its start to its end.
    slowest: Duration,
}

impl World {
    fn new(block_ms: u64) -> Self {
        let network = Network::starts(block_ms);
        let publisher = Person::on(&network.file()).with_account(0);
        let buyer = Person::on(&network.file()).with_account(1000);
        Self { publisher, buyer, network }
    }

    /// One purchase in which these deaths are died. Whoever died comes back, until there is nothing left to do; `then` is
    /// what the buyer does with what was bought, the publisher still there to die.
    fn goes_through(&self, did: &str, deaths: &Deaths, tally: &mut Tally, then: impl FnOnce()) {
        let (over, hear) = mpsc::channel();
        std::thread::scope(|scope| {
            // A story that fails drops its end of the channel, and with it this ends.
            let over = over;
            let serving = scope.spawn(move || {
                let mut died = 0;
                for kill in &deaths.publisher {
                    match self.publisher.serves_until(&kill.order()).aborts_before(&hear) {
                        true => died += 1,
                        false => return died,
                    }
                }
                let last = self.publisher.serves_locked();
                last.aborts_before(&hear);
                died
            });
            let mut died = 0;
            let mut words = vec!["buy", did];
            let mut began = Instant::now();
            for kill in &deaths.buyer {
                let told = self.buyer.types_until(&kill.order(), &words);
                died += usize::from(told.aborted);
                if self.buyer.purchases_of(did).is_empty() {
                    // Right before the first commit nothing was begun.
                    continue;
                }
                words = vec!["resume"];
                began = Instant::now();
            }
            self.buyer.types(&words);
            let recovered = died > 0;
            let took = began.elapsed();
            then();
            over.send(()).unwrap();
            died += serving.join().unwrap();
            tally.counts(died, recovered.then_some(took));
        });
    }
}

/// Sales in one network: each costs 1 of the 1,000 that a buyer is given.
const PER_NETWORK: usize = 200;

/// Sales: what was bought is there once, byte for byte, and paid for once.
pub(crate) fn sales(pairs: &[Deaths]) {
    let mut tally = Tally::default();
    for some in pairs.chunks(PER_NETWORK) {
        sales_in(&World::new(0), some, &mut tally);
    }
    tally.says(pairs.len());
}

fn sales_in(world: &World, pairs: &[Deaths], tally: &mut Tally) {
    let (from, to) = (world.buyer.address(), world.publisher.address());
    let before = world.network.sent_by(&from);
    for (sold, deaths) in (1..).zip(pairs) {
        let word = deaths.word();
        let content = format!("died,{word}\n1,{sold}\n");
        let did = world.publisher.publishes(&world.publisher.file("sold.csv", &content), &word, "1");
        world.goes_through(&did, deaths, tally, || {
            let purchases = world.buyer.purchases_of(&did);
            assert_eq!(purchases.len(), 1, "{deaths:?}: one purchase: {purchases:?}");
            assert_eq!(purchases[0]["state"], "completed", "{deaths:?}: {purchases:?}");
            assert_eq!(world.buyer.balance(), (1000 - sold).to_string(), "{deaths:?}: paid exactly once");
            assert_eq!(world.buyer.reads(&did), content, "{deaths:?}: byte for byte what was published");
            let until = Instant::now() + PATIENCE;
            while world.network.vodka_of(&to) != u128::from(sold) * 10_u128.pow(18) {
                assert!(Instant::now() < until, "{deaths:?}: the publisher is paid exactly once");
            }
        });
        assert_eq!(world.network.sent_by(&from) - before, 2 * sold, "{deaths:?}: each was approved once and paid once");
    }
}

/// Sales that are not opened, since the file is another one by now: the money is back, once.
pub(crate) fn refunds(pairs: &[Deaths]) {
    let world = World::new(200);
    let mut tally = Tally::default();
    for deaths in pairs {
        let file = world.publisher.file("changed.csv", "a\n1\n");
        let did = world.publisher.publishes_with(&file, &deaths.word(), "4", &["--deliver-within", "4s"]);
        std::fs::write(file, "a\n2\n").unwrap();
        world.goes_through(&did, deaths, &mut tally, || {});
        let purchases = world.buyer.purchases_of(&did);
        assert_eq!(purchases.len(), 1, "{deaths:?}: one purchase: {purchases:?}");
        // A publisher who was away too long to begin with was never paid; the money was never set aside.
        let state = purchases[0]["state"].as_str().unwrap();
        assert!(["refunded", "abandoned"].contains(&state), "{deaths:?}: {purchases:?}");
        assert_eq!(world.buyer.balance(), "1000", "{deaths:?}: the money is back, once");
        assert_eq!(world.publisher.balance(), "0", "{deaths:?}: nobody was paid");
        assert!(world.buyer.owned_of(&did).is_empty(), "{deaths:?}: what was not opened is not owned");
    }
    tally.says(pairs.len());
}

impl Tally {
    /// So many deaths were died, and the last recovery began then and has ended.
    pub(super) fn recovered(&mut self, died: usize, began: Instant) {
        self.counts(died, (died > 0).then(|| began.elapsed()));
    }

    fn counts(&mut self, died: usize, took: Option<Duration>) {
        self.both += usize::from(died == 2);
        self.slowest = self.slowest.max(took.unwrap_or_default());
    }

    pub(super) fn says(&self, pairs: usize) {
        println!("{pairs} pairs, {} died both deaths; the slowest recovery took {:?}", self.both, self.slowest);
        assert!(self.both > pairs / 8, "only {} of {pairs} came to both deaths", self.both);
    }
}
