//! A server between a buyer and a publisher's gateway that answers some requests itself.

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

/// Runs until it is dropped.
pub(crate) struct Proxy {
    at: SocketAddr,
    over: Arc<AtomicBool>,
    lied: Arc<AtomicBool>,
}

type Hidden = fn(&str) -> bool;

impl Proxy {
    /// Writes a network's file in which each gateway behind a socket is reached through a proxy. Requests for hidden
    /// paths are answered with 404.
    pub(crate) fn before_gateways(network: &Path, copy: &Path, hidden: Hidden) -> Self {
        Self::start(network, copy, hidden, None)
    }

    /// The same; answers with a file have their first byte changed.
    pub(crate) fn that_changes_files(network: &Path, copy: &Path) -> Self {
        Self::start(network, copy, |_| false, Some(Arc::default()))
    }

    fn start(network: &Path, copy: &Path, hidden: Hidden, lies: Option<Arc<AtomicBool>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let at = listener.local_addr().unwrap();
        let over = Arc::new(AtomicBool::new(false));
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
        let (ended, lied) = (over.clone(), lies.clone().unwrap_or_default());
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                if ended.load(Ordering::SeqCst) {
                    return;
                }
                let (Ok(stream), sockets, lies) = (stream, sockets.clone(), lies.clone()) else { continue };
                // A connection that breaks is the business of whoever made it.
                std::thread::spawn(move || drop(pass(stream, &sockets, hidden, lies)));
            }
        });
        Self { at, over, lied }
    }

    /// Whether a file was changed on its way.
    pub(crate) fn has_lied(&self) -> bool {
        self.lied.load(Ordering::SeqCst)
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
fn pass(
    mut from: TcpStream,
    sockets: &BTreeMap<String, PathBuf>,
    hidden: Hidden,
    lies: Option<Arc<AtomicBool>>,
) -> io::Result<()> {
    let (head, rest) = head(&mut from)?;
    let broken = || io::Error::from(io::ErrorKind::InvalidData);
    let mut lines = head.lines();
    let mut first = lines.next().ok_or_else(broken)?.split(' ');
    let (method, target) = (first.next().ok_or_else(broken)?, first.next().ok_or_else(broken)?);
    let (provider, path) = target.trim_start_matches('/').split_once('/').ok_or_else(broken)?;
    if hidden(path.split('?').next().unwrap_or_default()) {
        return from.write_all(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
    }
    let mut to = UnixStream::connect(sockets.get(provider).ok_or_else(broken)?)?;
    let mut request = format!("{method} /{path} HTTP/1.1\r\nconnection: close\r\n");
    for line in lines.filter(|l| !l.is_empty() && !l.to_ascii_lowercase().starts_with("connection:")) {
        request.push_str(line);
        request.push_str("\r\n");
    }
    request.push_str("\r\n");
    to.write_all(request.as_bytes())?;
    to.write_all(&rest)?;
    let (mut more, mut on) = (from.try_clone()?, to.try_clone()?);
    let upwards = std::thread::spawn(move || io::copy(&mut more, &mut on));
    if let Some(lied) = lies.filter(|_| path.contains("/services/consume")) {
        let mut head = head_of(&mut to)?;
        let first = head.1.first_mut().ok_or_else(broken)?;
        *first ^= 1;
        lied.store(true, Ordering::SeqCst);
        from.write_all(head.0.as_bytes())?;
        from.write_all(&head.1)?;
    }
    io::copy(&mut to, &mut from)?;
    from.shutdown(Shutdown::Both)?;
    drop(upwards.join());
    Ok(())
}

fn head(stream: &mut TcpStream) -> io::Result<(String, Vec<u8>)> {
    head_of(stream)
}

/// Everything up to the empty line, and what came with it of the body.
fn head_of(stream: &mut impl Read) -> io::Result<(String, Vec<u8>)> {
    let (mut read, mut buffer) = (Vec::new(), [0; 4096]);
    loop {
        if let Some(end) = read.windows(4).position(|w| w == b"\r\n\r\n")
            && (read.len() > end + 4 || !read.starts_with(b"HTTP/"))
        {
            let body = read.split_off(end + 4);
            return Ok((String::from_utf8_lossy(&read).into_owned(), body));
        }
        match stream.read(&mut buffer)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            count => read.extend_from_slice(&buffer[..count]),
        }
    }
}
