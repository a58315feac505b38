//! One run of a download against a gateway of moods: whole, in parts, cut off, refusing, or with something else.

use super::*;
use api::FileView;
use axum::{
    Router,
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, Response, StatusCode},
};
use protocol::{Address, AgreementId};
use std::sync::{Arc, Mutex};
use tokio_util::sync::CancellationToken;
use transport::{Limits, Listen, Resolver, Served};

const DATA: &[u8] = b"time,level\n2020-01-01,1\n2020-01-02,2\n";

/// How one request is answered.
#[derive(Debug, Clone, Copy)]
enum Mood {
    /// As asked: whole, or from where it is asked for.
    Fair,
    /// The whole file, whatever was asked for.
    Whole,
    /// As many bytes, and then the connection breaks.
    Breaks(usize),
    /// As many bytes, and then a proper end, without a length in the head.
    Ends(usize),
    /// As many bytes, and then nothing any more.
    Stalls(usize),
    /// This status.
    Says(u16),
}

#[derive(Clone)]
struct Gateway {
    data: Arc<Vec<u8>>,
    /// The next answers; fair ones when it is empty.
    moods: Arc<Mutex<Vec<Mood>>>,
    /// The ranges that were asked for.
    asked: Arc<Mutex<Vec<Option<String>>>>,
}

async fn answer(State(gateway): State<Gateway>, headers: HeaderMap) -> Response<Body> {
    let range = headers.get("range").map(|value| value.to_str().unwrap().to_owned());
    gateway.asked.lock().unwrap().push(range.clone());
    let mood = {
        let mut moods = gateway.moods.lock().unwrap();
        if moods.is_empty() { Mood::Fair } else { moods.remove(0) }
    };
    let from = range.and_then(|range| range.strip_prefix("bytes=")?.strip_suffix('-')?.parse::<usize>().ok());
    let (data, length) = (&gateway.data, gateway.data.len());
    let start = from.unwrap_or(0);
    let head = |status| Response::builder().status(status);
    let part = |upto: usize| Bytes::copy_from_slice(&data[start.min(length)..(start + upto).min(length)]);
    match mood {
        Mood::Says(status) => head(StatusCode::from_u16(status).unwrap()).body(Body::empty()).unwrap(),
        Mood::Whole => head(StatusCode::OK).body(Body::from(data.to_vec())).unwrap(),
        Mood::Fair if start >= length && length > 0 => {
            head(StatusCode::RANGE_NOT_SATISFIABLE).body(Body::empty()).unwrap()
        }
        Mood::Fair if from.is_some() => head(StatusCode::PARTIAL_CONTENT)
            .header("content-range", format!("bytes {start}-{}/{length}", length - 1))
            .body(Body::from(part(length)))
            .unwrap(),
        Mood::Fair => head(StatusCode::OK).body(Body::from(part(length))).unwrap(),
        Mood::Breaks(upto) => {
            let first = futures_util::stream::iter([Ok(part(upto))]);
            let rest = futures_util::stream::once(async {
                // What is there is sent as soon as there is nothing more for the moment.
                tokio::task::yield_now().await;
                Err(std::io::Error::other("broken"))
            });
            head(StatusCode::PARTIAL_CONTENT).body(Body::from_stream(first.chain(rest))).unwrap()
        }
        Mood::Ends(upto) => {
            let chunks = futures_util::stream::iter([Ok::<_, std::io::Error>(part(upto))]);
            head(StatusCode::PARTIAL_CONTENT).body(Body::from_stream(chunks)).unwrap()
        }
        Mood::Stalls(upto) => {
            let first = futures_util::stream::iter([Ok::<_, std::io::Error>(part(upto))]);
            head(StatusCode::OK).body(Body::from_stream(first.chain(futures_util::stream::pending()))).unwrap()
        }
    }
}

struct World {
    folder: tempfile::TempDir,
    _served: Served,
    gateway: Gateway,
    source: Source,
    steer: watch::Sender<Steer>,
    wish: watch::Receiver<Steer>,
}

impl World {
    async fn new(data: &[u8], moods: &[Mood]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let gateway = Gateway {
            data: Arc::new(data.to_vec()),
            moods: Arc::new(Mutex::new(moods.to_vec())),
            asked: Arc::default(),
        };
        let routes = Router::new().fallback(answer).with_state(gateway.clone());
        let listen = Listen::Unix(folder.path().join("gateway.sock"));
        let served = transport::serve(&listen, routes, CancellationToken::new()).await.unwrap();
        let file = FileView {
            index: 0,
            name: "levels.csv".to_owned(),
            content_type: "text/csv".to_owned(),
            format: "CSV".to_owned(),
            bytes: None,
            sha256: None,
        };
        let source = Source {
            agreement: AgreementId([1; 32]),
            consumer: Address([2; 20]),
            name: "Levels".to_owned(),
            consume_endpoint: served.endpoint().join("/consume"),
            file,
            url: "http://x/files/1".to_owned(),
        };
        let (steer, wish) = watch::channel(Steer::Go);
        Self { folder, _served: served, gateway, source, steer, wish }
    }

    /// A download of exactly these bytes.
    fn row(&self, expected: Option<&[u8]>) -> DownloadRow {
        DownloadRow {
            id: 1,
            agreement: self.source.agreement,
            name: self.source.name.clone(),
            index: 0,
            file: self.source.file.name.clone(),
            path: self.path("levels.csv").to_string_lossy().into_owned(),
            state: api::DownloadState::Running,
            done: 0,
            total: None,
            expected: expected.map(|bytes| hex::encode(Sha256::digest(bytes))),
            sha256: None,
            verdict: Verdict::Absent,
            trouble: None,
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    async fn run(&mut self, row: &mut DownloadRow) -> End {
        let http = Http::new(Resolver::none(), Limits::trusted());
        let tell = |_: &DownloadRow, _: u64| {};
        Fetch { http: &http, source: &self.source, wish: &mut self.wish, tell: &tell }.run(row).await
    }

    fn asked(&self) -> Vec<Option<String>> {
        self.gateway.asked.lock().unwrap().clone()
    }
}

fn from(byte: usize) -> Option<String> {
    Some(format!("bytes={byte}-"))
}

/// It is in its place, whole and as it was sold.
fn is_verified(end: &End, world: &World) {
    let End::Saved { path, verdict: Verdict::Verified, .. } = end else { panic!("{}", word(end)) };
    assert_eq!(*path, world.path("levels.csv"));
    assert_eq!(std::fs::read(path).unwrap(), *world.gateway.data);
    assert!(!place::part(path).exists());
}

fn word(end: &End) -> String {
    match end {
        End::Saved { path, verdict, .. } => format!("saved as {} {verdict:?}", path.display()),
        End::Different { kept, .. } => format!("different, kept as {}", kept.display()),
        End::Stopped(steer) => format!("stopped: {steer:?}"),
        End::Failed(error) => format!("failed: {error:?}"),
    }
}

#[tokio::test]
async fn a_file_comes_in_one_go_and_is_verified() {
    let mut world = World::new(DATA, &[]).await;
    let mut row = world.row(Some(DATA));
    is_verified(&world.run(&mut row).await, &world);
    assert_eq!(world.asked(), [None]);
    assert_eq!((row.done, row.total), (DATA.len() as u64, Some(DATA.len() as u64)));
}

#[tokio::test]
async fn what_is_on_the_disk_is_continued_and_hashed_with_the_rest() {
    let mut world = World::new(DATA, &[]).await;
    std::fs::write(world.path("levels.csv.part"), &DATA[..10]).unwrap();
    let mut row = world.row(Some(DATA));
    is_verified(&world.run(&mut row).await, &world);
    assert_eq!(world.asked(), [from(10)]);
}

#[tokio::test]
async fn a_part_that_is_whole_already_needs_no_connection() {
    let mut world = World::new(DATA, &[]).await;
    std::fs::write(world.path("levels.csv.part"), DATA).unwrap();
    let mut row = DownloadRow { total: Some(DATA.len() as u64), ..world.row(Some(DATA)) };
    is_verified(&world.run(&mut row).await, &world);
    assert!(world.asked().is_empty());
    // Where the length is not known, the gateway says that there is no more.
    std::fs::remove_file(world.path("levels.csv")).unwrap();
    std::fs::write(world.path("levels.csv.part"), DATA).unwrap();
    let mut row = world.row(Some(DATA));
    is_verified(&world.run(&mut row).await, &world);
    assert_eq!(world.asked(), [from(DATA.len())]);
}

#[tokio::test]
async fn an_empty_file_is_asked_for_like_any_other() {
    let mut world = World::new(b"", &[]).await;
    let mut row = DownloadRow { total: Some(0), ..world.row(Some(b"")) };
    is_verified(&world.run(&mut row).await, &world);
    assert_eq!(world.asked(), [None]);
}

#[tokio::test]
async fn a_part_that_is_too_long_is_begun_anew() {
    let mut world = World::new(DATA, &[]).await;
    std::fs::write(world.path("levels.csv.part"), [DATA, b"more"].concat()).unwrap();
    let mut row = DownloadRow { total: Some(DATA.len() as u64), ..world.row(Some(DATA)) };
    is_verified(&world.run(&mut row).await, &world);
    assert_eq!(world.asked(), [None]);
}

#[tokio::test]
async fn a_gateway_that_begins_again_makes_the_part_begin_again() {
    let mut world = World::new(DATA, &[Mood::Whole]).await;
    std::fs::write(world.path("levels.csv.part"), &DATA[..10]).unwrap();
    let mut row = world.row(Some(DATA));
    is_verified(&world.run(&mut row).await, &world);
    assert_eq!(world.asked(), [from(10), None]);
    // So does one that has less than there is.
    let mut world = World::new(DATA, &[Mood::Says(416)]).await;
    std::fs::write(world.path("levels.csv.part"), &DATA[..10]).unwrap();
    let mut row = DownloadRow { total: Some(DATA.len() as u64), ..world.row(Some(DATA)) };
    is_verified(&world.run(&mut row).await, &world);
    assert_eq!(world.asked(), [from(10), None]);
}

#[tokio::test]
async fn a_connection_that_breaks_is_continued_where_it_broke_however_often_bytes_came() {
    let moods = [4, 3, 2, 1, 1, 1, 1, 1].map(Mood::Breaks);
    let mut world = World::new(DATA, &moods).await;
    let mut row = world.row(Some(DATA));
    is_verified(&world.run(&mut row).await, &world);
    let places = [0, 4, 7, 9, 10, 11, 12, 13, 14].map(|place| (place > 0).then(|| format!("bytes={place}-")));
    assert_eq!(world.asked(), places);
}

#[tokio::test]
async fn an_end_before_the_known_length_is_no_end() {
    let mut world = World::new(DATA, &[Mood::Ends(5)]).await;
    let mut row = DownloadRow { total: Some(DATA.len() as u64), ..world.row(Some(DATA)) };
    is_verified(&world.run(&mut row).await, &world);
    assert_eq!(world.asked(), [None, from(5)]);
}

#[tokio::test(start_paused = true)]
async fn a_gateway_that_is_away_is_asked_five_times_with_longer_and_longer_pauses() {
    let mut world = World::new(DATA, &[]).await;
    // Nobody listens there.
    world.source.consume_endpoint =
        transport::Endpoint::Unix { socket: world.path("nobody.sock"), base: String::new() }.join("/consume");
    let begun = tokio::time::Instant::now();
    let mut row = world.row(Some(DATA));
    let End::Failed(error) = world.run(&mut row).await else { panic!("nobody is there") };
    assert_eq!(error.code, Code::Unreachable);
    assert_eq!(begun.elapsed(), Duration::from_millis(400 + 800 + 1_600 + 3_200));
}

#[tokio::test]
async fn a_refusal_is_told_at_once_and_keeps_what_came() {
    for (status, code) in [(401, Code::Refused), (403, Code::Refused), (404, Code::NotFound), (410, Code::NotFound)] {
        let mut world = World::new(DATA, &[Mood::Breaks(6), Mood::Says(status)]).await;
        let mut row = world.row(Some(DATA));
        let End::Failed(error) = world.run(&mut row).await else { panic!("{status}") };
        assert_eq!(error.code, code, "{status}");
        assert!(!error.message.is_empty() && !error.next.is_empty());
        assert_eq!(std::fs::read(world.path("levels.csv.part")).unwrap(), DATA[..6]);
    }
}

#[tokio::test]
async fn an_error_of_the_gateway_passes() {
    let mut world = World::new(DATA, &[Mood::Says(503)]).await;
    let mut row = world.row(Some(DATA));
    is_verified(&world.run(&mut row).await, &world);
    assert_eq!(world.asked(), [None, None]);
}

#[tokio::test]
async fn what_is_not_what_was_sold_is_kept_apart() {
    let mut world = World::new(DATA, &[]).await;
    let mut row = world.row(Some(b"something else"));
    let End::Different { kept, sha256 } = world.run(&mut row).await else { panic!("it is another file") };
    assert_eq!(sha256, hex::encode(Sha256::digest(DATA)));
    assert_eq!(std::fs::read(&kept).unwrap(), DATA);
    assert!(!world.path("levels.csv").exists() && !world.path("levels.csv.part").exists());
}

#[tokio::test]
async fn without_a_hash_anything_but_a_web_page_in_place_of_data_is_taken_unverified() {
    let page = b"<!DOCTYPE html><html><body>Sign in</body></html>";
    let mut world = World::new(DATA, &[]).await;
    let mut row = world.row(None);
    let end = world.run(&mut row).await;
    assert!(matches!(end, End::Saved { verdict: Verdict::Unverifiable, .. }), "{}", word(&end));
    let mut world = World::new(page, &[]).await;
    let mut row = world.row(None);
    assert!(matches!(world.run(&mut row).await, End::Different { .. }), "a login page");
    let mut world = World::new(page, &[]).await;
    world.source.file.content_type = "text/html".to_owned();
    let mut row = world.row(None);
    let end = world.run(&mut row).await;
    assert!(matches!(end, End::Saved { verdict: Verdict::Unverifiable, .. }), "a page that was sold as one");
}

#[tokio::test]
async fn what_has_its_name_already_is_not_loaded_again_and_another_file_of_that_name_stays() {
    let mut world = World::new(DATA, &[]).await;
    std::fs::write(world.path("levels.csv"), DATA).unwrap();
    let mut row = world.row(Some(DATA));
    is_verified(&world.run(&mut row).await, &world);
    assert!(world.asked().is_empty());
    assert_eq!((row.done, row.total), (DATA.len() as u64, Some(DATA.len() as u64)));

    std::fs::write(world.path("levels.csv"), b"somebody's").unwrap();
    let mut row = world.row(Some(DATA));
    let End::Saved { path, verdict: Verdict::Verified, .. } = world.run(&mut row).await else { panic!("it is sold") };
    assert_eq!(path, world.path("levels (2).csv"));
    assert_eq!(std::fs::read(world.path("levels.csv")).unwrap(), b"somebody's");

    // With a part beside it, it is the part that counts.
    let mut world = World::new(DATA, &[]).await;
    std::fs::write(world.path("levels.csv"), DATA).unwrap();
    std::fs::write(world.path("levels.csv.part"), &DATA[..10]).unwrap();
    let mut row = world.row(Some(DATA));
    let end = world.run(&mut row).await;
    assert!(matches!(&end, End::Saved { path, .. } if *path == world.path("levels (2).csv")), "{}", word(&end));
    assert_eq!(world.asked(), [from(10)]);
}

#[tokio::test]
async fn a_download_stops_when_somebody_says_so_and_keeps_what_came() {
    for wanted in [Steer::Pause, Steer::Cancel] {
        let mut world = World::new(DATA, &[Mood::Stalls(6)]).await;
        let mut row = world.row(Some(DATA));
        let (steer, asked) = (world.steer.clone(), world.gateway.asked.clone());
        let stops = tokio::spawn(async move {
            while asked.lock().unwrap().is_empty() {
                tokio::task::yield_now().await;
            }
            steer.send_replace(wanted);
        });
        let end = world.run(&mut row).await;
        assert!(matches!(end, End::Stopped(steer) if steer == wanted), "{}", word(&end));
        stops.await.unwrap();
        assert!(world.path("levels.csv.part").exists());
    }
}

#[tokio::test]
async fn of_a_file_s_beginning_as_much_is_looked_at_as_tells_what_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let mut row = World::new(DATA, &[]).await.row(None);
    let mut part = open_part(&folder.path().join("x.part"), &mut row).await.unwrap();
    for chunk in [300, 300, 300] {
        part.take(&vec![7; chunk]);
    }
    assert_eq!(part.head.len(), 512);
    let whole: Vec<u8> = vec![7; 900];
    assert_eq!(hex::encode(part.hash.finalize()), hex::encode(Sha256::digest(&whole)));
}

#[test]
fn speed_is_bytes_by_seconds() {
    assert_eq!(speed(500, Duration::from_millis(250)), 2_000);
    assert_eq!(speed(7, Duration::from_secs(2)), 3);
}
