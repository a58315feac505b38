use super::*;
use crate::publish::check::{self, tests::draft};
use protocol::Address;

const OWNER: Address = Address([6; 20]);
const DID: Did = Did([2; 32]);
const VERSION: Checksum = Checksum([4; 32]);

fn at(stage: Stage) -> Publication {
    Publication { stage, began_ms: 1_000, ..Publication::begin(draft(), check::check(&draft()).unwrap(), OWNER) }
}

fn stages() -> [Publication; 5] {
    let document = || "{}".to_owned();
    [
        Stage::Drafted,
        Stage::Numbered { did: DID, files: Vec::new(), columns: Vec::new() },
        Stage::Encrypted { did: DID, checksum: VERSION, document: document() },
        Stage::Registered { did: DID, checksum: VERSION, document: document() },
        Stage::Listed { did: DID },
    ]
    .map(at)
}

#[test]
fn each_stage_is_a_step_for_people_and_a_point_on_the_disk() {
    use PublishStep::{Encrypting, Failed, Listed, Listing, Reading, Registering};
    let steps = stages().map(|publication| publication.step());
    assert_eq!(steps, [Reading, Encrypting, Registering, Listing, Listed]);
    let points = stages().map(|publication| publication.point());
    let drafted = Point::PublishDrafted;
    assert_eq!(points, [drafted, drafted, Point::PublishEncrypted, Point::PublishRegistered, Point::PublishListed]);
    for publication in stages() {
        assert_eq!(Publication { failed: true, ..publication }.step(), Failed);
    }
}

#[test]
fn a_publication_is_over_once_it_is_listed_or_has_failed() {
    assert_eq!(stages().map(|publication| publication.is_over()), [false, false, false, false, true]);
    assert!(stages().map(|publication| Publication { failed: true, ..publication }.is_over()).iter().all(|over| *over));
}

#[test]
fn it_has_its_number_once_its_files_are_read() {
    let numbers = stages().map(|publication| publication.view_at(7, 1_000).did);
    assert_eq!(numbers, [None, Some(DID), Some(DID), Some(DID), Some(DID)]);
}

#[test]
fn its_time_runs_until_it_is_listed() {
    let [mut running, ..] = stages();
    let elapsed = |publication: &Publication, now| publication.view_at(7, now).elapsed_ms;
    assert_eq!((elapsed(&running, 1_000), elapsed(&running, 3_500), elapsed(&running, 900)), (0, 2_500, 0));
    running.ended_ms = Some(2_000);
    assert_eq!(elapsed(&running, 3_500), 1_000);
    running.trouble = Some(errors::no_account());
    let view = running.view_at(7, 3_500);
    assert_eq!(
        (view.id, view.name.as_str(), view.step, view.trouble),
        (7, "Levels", PublishStep::Reading, running.trouble)
    );
    assert!(at(Stage::Drafted).view(7).elapsed_ms > 0, "now is later than then");
}

#[test]
fn it_leads_back_to_the_draft_it_is_made_of() {
    let mut publication = at(Stage::Drafted);
    assert_eq!(publication.view(7).draft, 0, "none was kept");
    publication.draft.id = 3;
    assert_eq!(publication.view(7).draft, 3);
}

#[test]
fn what_is_away_locked_or_full_is_tried_again_and_nothing_else_is() {
    let passes = [Code::Unreachable, Code::Locked, Code::Disk];
    for code in
        passes.into_iter().chain([Code::Refused, Code::Invalid, Code::NotFound, Code::Internal, Code::NoAccount])
    {
        let halt = Halt::from(ApiError::new(code, "no", "wait"));
        assert_eq!(matches!(halt, Halt::Ends(_)), !passes.contains(&code), "{code:?}");
    }
}

#[test]
fn what_the_chain_says_already_is_not_registered_again() {
    let register = |checksum| DidRegister {
        owner: Address([6; 20]),
        checksum,
        last_updated_by: Address([6; 20]),
        updated_at: 900,
        providers: Vec::new(),
    };
    assert!(is_to_be_registered(None, VERSION));
    assert!(is_to_be_registered(Some(&register(Checksum([5; 32]))), VERSION));
    assert!(!is_to_be_registered(Some(&register(VERSION)), VERSION));
}

#[test]
fn a_draft_that_was_kept_is_known_by_its_number() {
    assert_eq!((kept_draft(&draft()), kept_draft(&Draft { id: 3, ..draft() })), (None, Some(3)));
}

#[test]
fn a_listing_is_found_in_the_first_catalogue() {
    let catalogues = ["http://a/api/v1/aquarius", "http://b/api/v1/aquarius"].map(str::to_owned);
    assert_eq!(place_of(&catalogues, DID), format!("http://a/api/v1/aquarius/assets/ddo/{DID}"));
    assert_eq!(place_of(&[], DID), format!("/assets/ddo/{DID}"));
}

#[test]
fn a_catalogue_that_refuses_ends_it_and_one_that_is_away_is_asked_again() {
    let refused = |status| not_listed(&ClientError::Refused { status, message: "no".to_owned() });
    assert_eq!((refused(400).code, refused(503).code), (Code::Refused, Code::Unreachable));
    let ends = |error: ApiError| matches!(Halt::from(error), Halt::Ends(_));
    assert!(ends(refused(400)) && !ends(refused(503)));
    assert!(!ends(gateway_away(GatewayFault("busy".into()))));
    assert!(ends(no_gateway()));
}
