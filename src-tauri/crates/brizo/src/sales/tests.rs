use super::*;
use crate::samples;
use agreement::{
    Retry,
    publisher::{Accepted, Refusal},
};
use runner::{Entry, Kind, Ledger, Status};

fn sale(number: u8) -> Sale {
    samples::sale(number, 5)
}

fn states() -> Vec<State> {
    let (sale, retry) = (|| sale(1), Retry::default());
    let accepted = Accepted { created_at: 1_000, deadline: Some(1_100) };
    vec![
        State::Requested { sale: sale() },
        State::Seen { sale: sale() },
        State::Creating { sale: sale(), failed: None },
        State::Created { sale: sale(), accepted },
        State::Rehashing { sale: sale(), accepted },
        State::Granting { sale: sale(), accepted, retry },
        State::Granted { sale: sale(), accepted, granted_at: 1_003 },
        State::Releasing { sale: sale(), accepted, delivered: true, retry },
        State::Released { sale: sale(), at: 1_004 },
        State::Refused { sale: sale(), reason: Refusal::Changed { reason: "another file".into() } },
        State::Expired { sale: sale(), at: 1_101 },
    ]
}

#[test]
fn each_state_of_a_sale_is_news_of_how_far_it_is() {
    use SaleStage::{Begun, Ended, Opened, Paid, SetAside};
    let news: Vec<SaleNews> = states().iter().map(SaleNews::of).collect();
    let stages: Vec<SaleStage> = news.iter().map(|news| news.stage).collect();
    assert_eq!(stages, [Begun, Begun, Begun, Begun, SetAside, SetAside, Opened, Opened, Paid, Ended, Ended]);
    let terms = sale(1).terms;
    for news in news {
        assert_eq!((news.agreement, news.did), (terms.agreement, terms.did));
        assert_eq!((news.consumer, news.price), (terms.consumer, terms.price));
    }
}

#[tokio::test]
async fn all_sales_of_a_journal_are_told_of_the_open_ones_first() {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::new(&Ledger::open(&folder.path().join("journal.db")).unwrap());
    assert_eq!(all(&journal).await.unwrap(), []);
    let entry = |state: &State| Entry {
        id: runner::publisher_id(state.sale().terms.agreement),
        machine: State::MACHINE.to_owned(),
        kind: Kind::Contract,
        status: Status::Cached,
        state: agreement::Machine::name(state).to_owned(),
        content: serde_json::to_string(state).unwrap(),
        max_retries: 0,
        ttl: 0,
    };
    let ended = State::Released { sale: sale(1), at: 1_004 };
    let open = State::Requested { sale: sale(2) };
    journal.close(entry(&ended), Point::OtherSigned).await.unwrap();
    journal.begin(entry(&open), Point::OtherSigned).await.unwrap();
    assert_eq!(all(&journal).await.unwrap(), [&open, &ended].map(SaleNews::of));
    journal.close(Entry { content: "{}".to_owned(), ..entry(&open) }, Point::OtherSigned).await.unwrap();
    assert!(all(&journal).await.is_err(), "a sale that cannot be read is not left out");
}

const HASH: [u8; 32] = [0xab; 32];

fn sold(length: Option<u64>) -> FileInfo {
    FileInfo { index: 3, content_length: length, ..FileInfo::default() }
}

fn hashed(hash: [u8; 32], bytes: u64) -> Result<Hashed, DriverError> {
    Ok(Hashed { sha256: hex::encode(hash), bytes })
}

#[test]
fn a_file_is_what_was_sold_where_hash_and_stated_length_are_the_same() {
    for file in [sold(Some(5)), sold(None)] {
        assert_eq!(compared(&file, HASH, hashed(HASH, 5)).unwrap(), None);
    }
    let changed = |file: &FileInfo, found| match compared(file, HASH, found).unwrap() {
        Some(Event::Changed { reason }) => reason.text().to_owned(),
        other => panic!("{other:?}"),
    };
    for (file, found) in [
        (sold(Some(5)), hashed([0xac; 32], 5)),
        (sold(None), hashed([0xac; 32], 5)),
        (sold(Some(5)), hashed(HASH, 4)),
        (sold(Some(5)), hashed(HASH, 6)),
    ] {
        assert_eq!(changed(&file, found), "file 3 is not what was sold");
    }
}

#[test]
fn a_file_that_can_never_be_read_is_not_sold_and_one_that_is_away_is_asked_for_again() {
    for never in [DriverError::Unsupported, DriverError::TooLarge] {
        let changed = compared(&sold(None), HASH, Err(never)).unwrap().unwrap();
        assert!(
            matches!(&changed, Event::Changed { reason } if reason.contains("file 3 cannot be read")),
            "{changed:?}"
        );
    }
    let busy = DriverError::Io(std::io::Error::other("busy"));
    for away in [DriverError::Gone, DriverError::Web("no answer".to_owned()), busy, DriverError::Slow] {
        assert!(matches!(compared(&sold(None), HASH, Err(away)), Err(Hold::Later { .. })));
    }
}
