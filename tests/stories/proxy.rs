//! A server between a buyer and a publisher's gateway: it passes requests on, answers some itself, or spoils answers.

use std::{
    collections::BTreeMap,
    io::{self, Read, Write},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    os::unix::net::UnixStream,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

/// A request as the proxy sees it.
pub(crate) struct Asked {
    /// The path without the query.
    pub(crate) path: String,
    pub(crate) body: Vec<u8>,
}

/// What becomes of a request.
pub(crate) enum Deed {
    /// The gateway answers.
    Pass,
    /// The gateway answers; the first byte of what it sends is changed.
    Spoil,
    /// The proxy answers with this status.
    Answer(u16),
}

type Decides = Arc<dyn Fn(&Asked) -> Deed + Send + Sync>;

/// Runs until it is dropped.
pub(crate) struct Proxy {
    at: SocketAddr,
    over: Arc<AtomicBool>,
}

impl Proxy {
    /// Writes a network's file in which each gateway behind a socket is reached through a proxy.
    pub(crate) fn before_gateways(
        network: &Path,
        copy: &Path,
        decides: impl Fn(&Asked) -> Deed + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let at = listener.local_addr().unwrap();
        let mut file: toml::Table = std::fs::read_to_string(network).unwrap().parse().unwrap();
        let mut sockets = BTreeMap::new();
        for (provider, endpoint) in file["gateways"].as_table_mut().unwrap() {
            if let Some(socket) = endpoint.as_str().unwrap().strip_prefix("unix:") {
                sockets.insert(provider.to_lowercase(), PathBuf::from(socket));
                *endpoint = toml::Value::String(format!("http://{at}/{}", provider.to_lowercase()));
            }
        }
        assert!(!sockets.is_empty(), "the network's file names a gateway behind a socket");
        std::fs::write(copy, toml::to_string(&file).unwrap()).unwrap();
        let (over, decides): (_, Decides) = (Arc::new(AtomicBool::new(false)), Arc::new(decides));
        let ended = over.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                if ended.load(Ordering::SeqCst) {
                    return;
                }
                let (Ok(stream), sockets, decides) = (stream, sockets.clone(), decides.clone()) else { continue };
                // A connection that breaks is the business of whoever made it.
                std::thread::spawn(move || drop(pass(stream, &sockets, &decides)));
            }
        });
        Self { at, over }
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.over.store(true, Ordering::SeqCst);
        // Wakes the listener, which then ends.
        let _ = TcpStream::connect(self.at);
    }
}

/// One connection, one request.
fn pass(mut from: TcpStream, sockets: &BTreeMap<String, PathBuf>, decides: &Decides) -> io::Result<()> {
    let (head, mut body) = head(&mut from)?;
    let broken = || io::Error::from(io::ErrorKind::InvalidData);
    let mut lines = head.lines();
    let mut first = lines.next().ok_or_else(broken)?.split(' ');
    let (method, target) = (first.next().ok_or_else(broken)?, first.next().ok_or_else(broken)?);
    let (provider, path) = target.trim_start_matches('/').split_once('/').ok_or_else(broken)?;
    let mut request = format!("{method} /{path} HTTP/1.1\r\nconnection: close\r\n");
    let mut length = 0;
    for line in lines.filter(|l| !l.is_empty()) {
        let (name, value) = line.split_once(':').ok_or_else(broken)?;
        match name.to_ascii_lowercase().as_str() {
            "connection" => continue,
            "content-length" => length = value.trim().parse().map_err(|_| broken())?,
            _ => {}
        }
        request.push_str(line);
        request.push_str("\r\n");
    }
    request.push_str("\r\n");
    let there = body.len();
    body.resize(length.max(there), 0);
    from.read_exact(&mut body[there..])?;

    let asked = Asked { path: path.split('?').next().unwrap_or_default().to_owned(), body };
    let deed = decides(&asked);
    if let Deed::Answer(status) = deed {
        let answer = format!("HTTP/1.1 {status} Said\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
        return from.write_all(answer.as_bytes());
    }
    let mut to = UnixStream::connect(sockets.get(provider).ok_or_else(broken)?)?;
    to.write_all(request.as_bytes())?;
    to.write_all(&asked.body)?;
    if matches!(deed, Deed::Spoil) {
        let (head, mut body) = self::head(&mut to)?;
        if body.is_empty() {
            let mut byte = [0];
            to.read_exact(&mut byte)?;
            body.extend(byte);
        }
        body[0] ^= 1;
        from.write_all(head.as_bytes())?;
        from.write_all(&body)?;
    }
    io::copy(&mut to, &mut from)?;
    from.shutdown(Shutdown::Both)
}

/// Everything up to the empty line, and what came with it of the body.
fn head(stream: &mut impl Read) -> io::Result<(String, Vec<u8>)> {
    let (mut read, mut buffer) = (Vec::new(), [0; 4096]);
    loop {
        if let Some(end) = read.windows(4).position(|w| w == b"\r\n\r\n") {
            let body = read.split_off(end + 4);
            return Ok((String::from_utf8_lossy(&read).into_owned(), body));
        }
        match stream.read(&mut buffer)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            count => read.extend_from_slice(&buffer[..count]),
        }
    }
}
