//! Downloads beside one another, from a gateway that answers once it is let.

use super::*;
use axum::{Router, extract::State, http::StatusCode};
use sha2::{Digest, Sha256};
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use transport::{Limits, Listen, Resolver, Served};

const DATA: &[u8] = b"time,level\n2020-01-01,1\n2020-01-02,2\n";
/// Nobody who steers a download waits as long as for a computer that does not answer.
const PATIENCE: Duration = Duration::from_secs(20);
const AGREEMENT: AgreementId = AgreementId([1; 32]);

#[derive(Clone)]
struct Gateway {
    open: watch::Receiver<bool>,
    status: StatusCode,
}

async fn answer(State(mut gateway): State<Gateway>) -> (StatusCode, &'static [u8]) {
    gateway.open.wait_for(|open| *open).await.unwrap();
    (gateway.status, DATA)
}

struct World {
    folder: tempfile::TempDir,
    served: Served,
    open: watch::Sender<bool>,
    store: Store,
    downloads: Downloads,
    events: broadcast::Receiver<Event>,
}

impl World {
    /// With a gateway that answers with this status, at once or once it is let.
    async fn new(status: u16, open: bool) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (open, let_in) = watch::channel(open);
        let gateway = Gateway { open: let_in, status: StatusCode::from_u16(status).unwrap() };
        let listen = Listen::Unix(folder.path().join("gateway.sock"));
        let routes = Router::new().fallback(answer).with_state(gateway);
        let served = transport::serve(&listen, routes, CancellationToken::new()).await.unwrap();
        let store = Store::open(&folder.path().join("agent.db")).unwrap();
        let (events, heard) = broadcast::channel(64);
        let http = Http::new(Resolver::none(), Limits::trusted());
        let downloads = Downloads::new(store.clone(), http, events);
        Self { folder, served, open, store, downloads, events: heard }
    }

    fn source(&self, index: u64, sold: &[u8]) -> Source {
        let file = FileView {
            index,
            name: "levels.csv".to_owned(),
            content_type: "text/csv".to_owned(),
            format: "CSV".to_owned(),
            bytes: Some(DATA.len() as u64),
            sha256: Some(hex::encode(Sha256::digest(sold))),
        };
        Source {
            agreement: AGREEMENT,
            consumer: Address([2; 20]),
            name: "Levels".to_owned(),
            consume_endpoint: self.served.endpoint().join("/consume"),
            file,
            url: format!("http://x/files/{index}"),
        }
    }

    fn place(&self, name: &str) -> PathBuf {
        self.folder.path().join("data").join(name)
    }

    async fn start(&self, index: u64) -> DownloadView {
        self.downloads.start(self.source(index, DATA), &self.place("")).await.unwrap()
    }

    async fn row(&self, id: u64) -> DownloadRow {
        self.store.download(id).await.unwrap().unwrap()
    }

    /// How a download ended, within [`PATIENCE`], which is the same on the disk and to whoever asks.
    async fn ended(&self, id: u64) -> DownloadRow {
        let ended = async {
            self.downloads.ended(id).await;
            let kept = self.row(id).await;
            while self.downloads.is_running(id) {
                tokio::task::yield_now().await;
            }
            kept
        };
        let row = tokio::time::timeout(PATIENCE, ended).await.unwrap();
        assert_eq!(row, self.row(id).await, "nothing changes any more");
        assert_eq!(self.downloads.present(&row), view(&row, 0));
        row
    }

    /// The next event of this download in this state.
    async fn heard(&mut self, id: u64, state: DownloadState) -> DownloadView {
        let heard = async {
            loop {
                if let Event::Download(view) = self.events.recv().await.unwrap()
                    && (view.id, view.state) == (id, state)
                {
                    return view;
                }
            }
        };
        tokio::time::timeout(PATIENCE, heard).await.unwrap()
    }
}

#[tokio::test]
async fn a_download_is_kept_before_it_runs_and_ends_in_the_library() {
    let mut world = World::new(200, false).await;
    let begun = world.start(3).await;
    let expected = DownloadView {
        id: begun.id,
        agreement: AGREEMENT,
        name: "Levels".to_owned(),
        index: 3,
        file: "levels.csv".to_owned(),
        path: world.place("levels.csv").to_string_lossy().into_owned(),
        state: DownloadState::Queued,
        done: 0,
        total: Some(DATA.len() as u64),
        speed: 0,
        sha256: None,
        verdict: Verdict::Absent,
        trouble: None,
    };
    assert_eq!(begun, expected);
    let kept = world.row(begun.id).await;
    assert_eq!((kept.state, kept.expected), (DownloadState::Queued, world.source(3, DATA).file.sha256));
    assert!(world.downloads.is_running(begun.id) && !world.downloads.is_running(begun.id + 1));
    world.heard(begun.id, DownloadState::Running).await;
    let kept = world.row(begun.id).await;
    assert_eq!(world.downloads.present(&kept).state, DownloadState::Running, "not what was kept last");

    world.open.send_replace(true);
    let ended = world.ended(begun.id).await;
    assert_eq!((ended.state, ended.verdict, ended.trouble), (DownloadState::Done, Verdict::Verified, None));
    assert_eq!(ended.sha256, world.source(3, DATA).file.sha256);
    assert_eq!(std::fs::read(world.place("levels.csv")).unwrap(), DATA);
    let saved = world.store.saved_files(AGREEMENT).await.unwrap();
    assert_eq!(saved.iter().map(|file| (file.index, file.verdict)).collect::<Vec<_>>(), [(3, Verdict::Verified)]);
    assert_eq!(saved[0].path, expected.path);
    assert_eq!(world.heard(begun.id, DownloadState::Done).await.verdict, Verdict::Verified);
    assert!(!world.downloads.steer(begun.id, DownloadOrder::Pause), "nothing is left to steer");
}

#[tokio::test]
async fn what_is_not_what_was_sold_is_kept_apart_and_its_place_is_free_again() {
    let world = World::new(200, true).await;
    let begun = world.downloads.start(world.source(0, b"other"), &world.place("")).await.unwrap();
    let ended = world.ended(begun.id).await;
    assert_eq!((ended.state, ended.verdict), (DownloadState::Failed, Verdict::Different));
    assert_eq!(ended.sha256, Some(hex::encode(Sha256::digest(DATA))));
    let trouble = ended.trouble.unwrap();
    assert_eq!(trouble.code, Code::Corrupt);
    assert!(trouble.message.contains("levels.csv.different"), "{trouble}");
    assert!(world.place("levels.csv.different").exists() && !world.place("levels.csv").exists());
    assert!(world.store.saved_files(AGREEMENT).await.unwrap().is_empty());
    let again = world.start(0).await;
    assert_eq!(PathBuf::from(again.path), world.place("levels.csv"));
    assert_eq!(world.ended(again.id).await.verdict, Verdict::Verified);
}

#[tokio::test]
async fn a_refusal_is_told_and_a_later_try_begins_without_it() {
    let world = World::new(404, true).await;
    let begun = world.start(0).await;
    let ended = world.ended(begun.id).await;
    assert_eq!(ended.state, DownloadState::Failed);
    assert_eq!(ended.trouble.as_ref().unwrap().code, Code::NotFound);
    let again = world.downloads.resume(ended, world.source(0, DATA)).await.unwrap();
    assert_eq!((again.id, again.state, again.trouble), (begun.id, DownloadState::Queued, None));
    let kept = world.row(begun.id).await;
    assert!(matches!(kept.state, DownloadState::Queued | DownloadState::Failed));
    assert_eq!(world.ended(begun.id).await.state, DownloadState::Failed);
}

#[tokio::test]
async fn a_paused_one_keeps_its_part_and_goes_on() {
    let mut world = World::new(200, false).await;
    let begun = world.start(0).await;
    world.heard(begun.id, DownloadState::Running).await;
    assert!(world.downloads.steer(begun.id, DownloadOrder::Resume), "it goes on as it did");
    assert!(world.downloads.steer(begun.id, DownloadOrder::Pause));
    let paused = world.ended(begun.id).await;
    assert_eq!((paused.state, paused.trouble.clone()), (DownloadState::Paused, None));
    assert!(world.place("levels.csv.part").exists());
    world.open.send_replace(true);
    world.downloads.resume(paused, world.source(0, DATA)).await.unwrap();
    assert_eq!(world.ended(begun.id).await.verdict, Verdict::Verified);
}

#[tokio::test]
async fn a_cancelled_one_leaves_nothing_behind_whether_it_runs_or_not() {
    let mut world = World::new(200, false).await;
    let part = world.place("levels.csv.part");
    let begun = world.start(0).await;
    world.heard(begun.id, DownloadState::Running).await;
    assert!(part.exists() && world.downloads.steer(begun.id, DownloadOrder::Cancel));
    let ended = world.ended(begun.id).await;
    assert_eq!((ended.state, ended.trouble.clone(), part.exists()), (DownloadState::Cancelled, None, false));

    let idle = |state| DownloadRow { state, ..ended.clone() };
    std::fs::write(&part, "half").unwrap();
    let view = world.downloads.cancel_idle(idle(DownloadState::Paused)).await.unwrap();
    assert_eq!((view.state, view.trouble, part.exists()), (DownloadState::Cancelled, None, false));
    let view = world.downloads.cancel_idle(idle(DownloadState::Paused)).await.unwrap();
    assert_eq!((view.state, view.trouble), (DownloadState::Cancelled, None), "there was no part");
    std::fs::create_dir(&part).unwrap();
    let view = world.downloads.cancel_idle(idle(DownloadState::Paused)).await.unwrap();
    assert!(view.trouble.is_some(), "what stays is told");
    assert_eq!(world.row(begun.id).await.trouble, view.trouble);
}

#[tokio::test]
async fn files_of_one_name_have_places_of_their_own_also_while_they_wait_for_their_turn() {
    let world = World::new(200, false).await;
    let mut places = HashSet::new();
    let mut ids = Vec::new();
    for index in 0..6 {
        let begun = world.start(index).await;
        assert!(places.insert(begun.path.clone()), "{}", begun.path);
        ids.push(begun.id);
    }
    world.open.send_replace(true);
    for id in ids {
        let ended = world.ended(id).await;
        assert_eq!((ended.state, ended.verdict), (DownloadState::Done, Verdict::Verified), "{:?}", ended.trouble);
        assert!(places.contains(&ended.path));
    }
}

#[tokio::test]
async fn three_run_at_once_and_one_that_waits_can_be_stopped() {
    let mut world = World::new(200, false).await;
    let mut ids = Vec::new();
    for index in 0..4 {
        ids.push(world.start(index).await.id);
    }
    for id in &ids[..3] {
        world.heard(*id, DownloadState::Running).await;
    }
    let waiting = ids[3];
    assert_eq!(world.downloads.present(&world.row(waiting).await).state, DownloadState::Queued);
    assert!(world.downloads.steer(waiting, DownloadOrder::Pause));
    assert_eq!(world.ended(waiting).await.state, DownloadState::Paused);
    assert!(!world.place("levels (4).csv.part").exists(), "it never began");
    let next = world.start(4).await;
    assert_eq!(PathBuf::from(next.path), world.place("levels (5).csv"), "it may go on where it was to be");
    assert!(ids[..3].iter().all(|id| world.downloads.is_running(*id)));
}

#[tokio::test]
async fn one_that_goes_on_leaves_its_place_to_whoever_has_it_now() {
    let world = World::new(200, true).await;
    let first = world.downloads.start(world.source(0, b"other"), &world.place("")).await.unwrap();
    let sold = world.source(0, DATA).file.sha256;
    let different = DownloadRow { expected: sold, ..world.ended(first.id).await };
    let kept = DownloadRow { id: 0, state: DownloadState::Paused, verdict: Verdict::Absent, ..different.clone() };
    let second = world.store.save_download(kept).await.unwrap();
    assert_eq!(second.path, different.path);
    let begun = world.downloads.resume(different, world.source(0, DATA)).await.unwrap();
    assert_eq!(PathBuf::from(begun.path), world.place("levels (2).csv"));
    assert_eq!(
        (begun.verdict, begun.sha256, begun.trouble),
        (Verdict::Absent, None, None),
        "nothing is known of it yet"
    );
    assert_eq!(world.ended(first.id).await.verdict, Verdict::Verified);
    let begun = world.downloads.resume(second.clone(), world.source(0, DATA)).await.unwrap();
    assert_eq!(begun.path, second.path, "nobody else has it");
    world.ended(second.id).await;
}

#[tokio::test]
async fn a_saved_file_is_hashed_again_to_see_what_it_is_now() {
    let folder = tempfile::tempdir().unwrap();
    let (path, sold) = (folder.path().join("a.csv"), || Some(hex::encode(Sha256::digest(DATA))));
    assert_eq!(verify(path.clone(), sold()).await.unwrap(), Verdict::Missing);
    assert_eq!(verify(path.clone(), None).await.unwrap(), Verdict::Missing);
    std::fs::write(&path, DATA).unwrap();
    assert_eq!(verify(path.clone(), sold()).await.unwrap(), Verdict::Verified);
    assert_eq!(verify(path.clone(), None).await.unwrap(), Verdict::Unverifiable);
    std::fs::write(&path, "else").unwrap();
    assert_eq!(verify(path, sold()).await.unwrap(), Verdict::Different);
    let error = verify(folder.path().to_owned(), sold()).await.unwrap_err();
    assert_eq!(error.code, Code::Disk, "what cannot be read is not missing: {error}");
}

#[test]
fn a_place_is_held_until_it_is_saved_given_up_or_put_apart() {
    use DownloadState::{Cancelled, Done, Failed, Paused, Queued, Running};
    let row = |state, verdict| DownloadRow {
        id: 1,
        agreement: AGREEMENT,
        name: String::new(),
        index: 0,
        file: String::new(),
        path: String::new(),
        state,
        done: 0,
        total: None,
        expected: None,
        sha256: None,
        verdict,
        trouble: None,
    };
    for (state, holds) in
        [(Queued, true), (Running, true), (Paused, true), (Failed, true), (Done, false), (Cancelled, false)]
    {
        assert_eq!(holds_its_place(&row(state, Verdict::Absent)), holds, "{state:?}");
        assert!(!holds_its_place(&row(state, Verdict::Different)));
    }
}
