//! Somebody else on the network of a window: a publisher with a home of their own, and the way to their gateway, which
//! a story can hold up.

use crate::app::App;
use api::{Call, CreateAccount, Draft, FileSource, GetPublication, Password, Publish, PublishStep};
use home::{Door, HomeOptions};
use std::{fs, path::PathBuf, sync::Arc, time::Duration};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream, UnixStream},
    sync::watch,
};

/// A publisher beside the window.
pub(crate) struct Friend {
    door: Door,
    folder: TempDir,
    /// The file in which everybody on the network finds gateways.
    network: PathBuf,
    /// What the file said before this publisher came.
    before: String,
}

/// What a friend offers; the rest of the form is left as it is.
pub(crate) fn offer(name: &str, price: &str) -> Draft {
    Draft {
        name: name.into(),
        author: "River Watch".into(),
        license: "CC-BY-4.0".into(),
        price: price.into(),
        description: "Numbers for a story.".into(),
        categories: vec!["Water".into()],
        ..Draft::default()
    }
}

impl Friend {
    /// Arrives on the network that the window runs.
    pub(crate) async fn beside(app: &App) -> Self {
        let folder = tempfile::Builder::new().prefix("n").tempdir().unwrap();
        let network = app.home().path().join("embedded").join("network.toml");
        let before = fs::read_to_string(&network).unwrap();
        let options = HomeOptions {
            dir: Some(folder.path().join("home")),
            network: Some(network.to_str().unwrap().to_owned()),
            account: None,
        };
        let door = Box::pin(Door::open(options)).await.expect("a second home");
        let friend = Self { door, folder, network, before };
        friend.ask(CreateAccount { password: Password("a friend's password".into()), words: 12 }).await;
        friend
    }

    /// Puts a file with this name into the friend's folder.
    pub(crate) fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    }

    /// Publishes it and returns the number of the listing as its page's address has it.
    pub(crate) async fn lists(&self, file: PathBuf, draft: Draft) -> String {
        let files = vec![FileSource::Local { path: file.to_str().unwrap().to_owned() }];
        let mut view = self.ask(Publish { draft: Draft { files, ..draft } }).await;
        let mut events = self.door.events().await.expect("events");
        while view.step != PublishStep::Listed {
            assert!(view.step != PublishStep::Failed, "{view:?}");
            // An event is a hint to look again; one may have come before we listened.
            let _ = tokio::time::timeout(Duration::from_millis(200), events.next()).await;
            view = self.ask(GetPublication { id: view.id }).await;
        }
        view.did.expect("a listing has a number").to_string().trim_start_matches("did:op:").to_owned()
    }

    /// From now on the way to the friend's gateway leads through a gate.
    pub(crate) async fn behind_a_gate(&self) -> Gate {
        let file = fs::read_to_string(&self.network).unwrap();
        let new = file.lines().find(|line| line.contains("unix:") && !self.before.contains(*line));
        let socket = new.and_then(|line| line.split("unix:").nth(1)).expect("the friend's gateway is announced");
        let socket = socket.trim_end_matches(['"', '\'', ' ']).to_owned();
        let gate = Gate::before(PathBuf::from(&socket)).await;
        fs::write(&self.network, file.replace(&format!("unix:{socket}"), &format!("http://{}", gate.at))).unwrap();
        gate
    }

    async fn ask<C: Call>(&self, call: C) -> C::Answer {
        Box::pin(self.door.ask(call)).await.expect("the friend's home answers")
    }

    /// Leaves the network.
    pub(crate) async fn leaves(self) {
        Box::pin(self.door.close()).await;
    }
}

/// A way that lets only so many bytes of answers through.
pub(crate) struct Gate {
    at: std::net::SocketAddr,
    limit: watch::Sender<u64>,
    passed: Arc<watch::Sender<u64>>,
}

impl Gate {
    async fn before(socket: PathBuf) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = listener.local_addr().unwrap();
        let (limit, limited) = watch::channel(u64::MAX);
        let passed = Arc::new(watch::channel(0).0);
        let count = Arc::clone(&passed);
        // Ends with the runtime of the story.
        tokio::spawn(async move {
            while let Ok((from, _)) = listener.accept().await {
                let (socket, limited, count) = (socket.clone(), limited.clone(), Arc::clone(&count));
                // A connection that breaks is the business of whoever made it.
                tokio::spawn(async move { drop(pass(from, socket, limited, count).await) });
            }
        });
        Self { at, limit, passed }
    }

    /// Bytes of answers that went through so far.
    pub(crate) fn passed(&self) -> u64 {
        *self.passed.borrow()
    }

    /// Lets so many more bytes through, then holds.
    pub(crate) fn hold_after(&self, more: u64) {
        self.limit.send_replace(self.passed() + more);
    }

    /// Lets everything through again.
    pub(crate) fn open(&self) {
        self.limit.send_replace(u64::MAX);
    }
}

async fn pass(
    from: TcpStream,
    socket: PathBuf,
    mut limit: watch::Receiver<u64>,
    passed: Arc<watch::Sender<u64>>,
) -> std::io::Result<()> {
    let (mut answers, mut questions) = UnixStream::connect(socket).await?.into_split();
    let (mut asked, mut heard) = from.into_split();
    let upwards = tokio::spawn(async move { tokio::io::copy(&mut asked, &mut questions).await });
    let mut buffer = vec![0; 16 << 10];
    loop {
        let count = answers.read(&mut buffer).await?;
        if count == 0 {
            break;
        }
        let after = *passed.borrow() + count as u64;
        if limit.wait_for(|limit| *limit >= after).await.is_err() {
            break;
        }
        heard.write_all(&buffer[..count]).await?;
        passed.send_modify(|all| *all += count as u64);
    }
    upwards.abort();
    Ok(())
}
