//! The interface of Parity's key servers, byte by byte, over TCP.

use super::*;
use threshold::{DocumentKey, Secret};
use transport::{Request, Response};

/// One node over TCP, and the address below which it answers.
struct Tcp {
    base: String,
    chain: Arc<Chain>,
    _folder: TempDir,
    stop: CancellationToken,
}

impl Tcp {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let identity = SecretKey::from_bytes(&[50; 32]).unwrap();
        let node = Point::from_bytes(&identity.public().unwrap()).unwrap();
        let peers = vec![Peer { node, endpoint: "http://127.0.0.1:9".parse().unwrap() }];
        let chain = Arc::new(Chain::default());
        let setup = KeyServerSetup::new(folder.path().join("node.sqlite"), identity, peers, chain.clone());
        let stop = CancellationToken::new();
        let listen = Listen::Tcp("127.0.0.1:0".parse().unwrap());
        let served = serve(&listen, router(KeyServer::open(setup).unwrap()), stop.clone()).await.unwrap();
        Self { base: served.endpoint().to_string(), chain, _folder: folder, stop }
    }

    async fn post(&self, path: &str) -> Response {
        http().send(Request::post(format!("{}{path}", self.base))).await.unwrap()
    }

    async fn get(&self, path: &str) -> Response {
        http().send(Request::get(format!("{}{path}", self.base))).await.unwrap()
    }
}

impl Drop for Tcp {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

fn signature(account: &Account, id: Did) -> String {
    hex::encode(account.sign_digest(id.as_bytes()).unwrap().to_raw())
}

async fn text(response: Response) -> (u16, String) {
    let status = response.status;
    (status, String::from_utf8(response.bytes(1 << 16).await.unwrap().to_vec()).unwrap())
}

#[tokio::test]
async fn a_released_client_goes_through_all_its_steps() {
    let node = Tcp::new().await;
    let account = Account::new(1);
    let (id, signature) = (did(7).bare_hex(), signature(&account, did(7)));

    let (status, body) = text(node.post(&format!("/shadow/{id}/{signature}/0")).await).await;
    assert_eq!(status, 200, "{body}");
    let server_key: Point = serde_json::from_str(&body).unwrap();
    assert_eq!(body, format!("\"{server_key}\""));

    let key = DocumentKey::of(&Secret::from_bytes(&[3; 32]).unwrap());
    let stored = key.hide(&server_key, &Secret::from_bytes(&[4; 32]).unwrap()).unwrap();
    let points = format!("{}/{}", stored.common_point.bare_hex(), stored.encrypted_point.bare_hex());
    let store = format!("/shadow/{id}/{signature}/{points}");
    assert_eq!(text(node.post(&store).await).await, (200, String::new()));
    assert_eq!(text(node.post(&store).await).await, (200, String::new()), "the same again is no error");
    let other = format!("/shadow/{id}/{signature}/{}/{}", stored.encrypted_point.bare_hex(), server_key.bare_hex());
    let (status, body) = text(node.post(&other).await).await;
    assert_eq!((status, body.as_str()), (400, r#""\"Document key with this ID is already stored\"""#));

    let retrieve = format!("/shadow/{id}/{signature}");
    let (status, body) = text(node.get(&retrieve).await).await;
    assert_eq!((status, body.as_str()), (403, r#""\"Access denied\"""#));
    node.chain.permitted.lock().unwrap().insert((account.address(), did(7)));
    let (status, body) = text(node.get(&retrieve).await).await;
    assert_eq!(status, 200, "{body}");
    let body: serde_json::Value = serde_json::from_str(&body).unwrap();
    let bytes = |text: &serde_json::Value| hex::decode(text.as_str().unwrap().strip_prefix("0x").unwrap()).unwrap();
    let shadows = body["decrypt_shadows"].as_array().unwrap();
    let shadow = Secret::from_slice(&account.open_ecies(&bytes(&shadows[0])).unwrap()).unwrap();
    let answer: threshold::Answer = serde_json::from_value(body.clone()).unwrap();
    assert_eq!(answer.open(&[shadow]).unwrap().expose(), key.expose());
    assert_eq!(bytes(&body["decrypted_secret"]).len(), 64);

    let (status, body) = text(node.get(&format!("/{id}/{signature}")).await).await;
    assert_eq!(status, 200, "{body}");
    let sealed = bytes(&serde_json::from_str(&body).unwrap());
    assert_eq!(account.open_ecies(&sealed).unwrap().as_slice(), key.expose(), "without shadows");
}

#[tokio::test]
async fn both_keys_at_once_and_the_same_again() {
    let node = Tcp::new().await;
    let account = Account::new(1);
    let path = format!("/{}/{}/0", did(7).bare_hex(), signature(&account, did(7)));
    let mut keys = Vec::new();
    for _ in 0..2 {
        let (status, body) = text(node.post(&path).await).await;
        assert_eq!(status, 200, "{body}");
        let sealed: String = serde_json::from_str(&body).unwrap();
        keys.push(account.open_ecies(&hex::decode(&sealed[2..]).unwrap()).unwrap());
    }
    assert_eq!(keys[0], keys[1]);
    assert!(DocumentKey::from_slice(&keys[0]).is_ok());
}

#[tokio::test]
async fn what_parity_refuses_is_refused() {
    let node = Tcp::new().await;
    let account = Account::new(1);
    let (id, good) = (did(7).bare_hex(), signature(&account, did(7)));
    let ethereum = hex::encode(account.sign_digest(did(7).as_bytes()).unwrap().to_ethereum());
    for (path, expected) in [
        (format!("/shadow/{id}/{ethereum}/0"), 400),
        (format!("/shadow/0x{id}/{good}/0"), 400),
        (format!("/shadow/{id}/{good}/1"), 400),
        (format!("/shadow/{id}/{good}/-1"), 400),
        (format!("/shadow/{id}/{}/0", "0".repeat(130)), 400),
        (format!("/shadow/{id}/{good}/{}/{}", "0".repeat(128), "0".repeat(128)), 400),
        (format!("/elsewhere/{id}/{good}/0/1/2"), 404),
    ] {
        let response = node.post(&path).await;
        assert_eq!(response.status, expected, "{path}");
    }
    let stored = format!(
        "{}/{}",
        Secret::from_bytes(&[3; 32]).unwrap().public().bare_hex(),
        Secret::from_bytes(&[4; 32]).unwrap().public().bare_hex()
    );
    let unknown = node.post(&format!("/shadow/{id}/{good}/{stored}")).await;
    assert_eq!(unknown.status, 404, "no server key");
    assert_eq!(node.get(&format!("/shadow/{id}/{good}")).await.status, 404);

    assert_eq!(node.post(&format!("/shadow/{id}/{good}/0")).await.status, 200);
    let other = signature(&Account::new(2), did(7));
    let generated = node.post(&format!("/shadow/{id}/{other}/0")).await;
    assert_eq!(generated.header("neuston-code"), Some("already_generated"));
    assert_eq!(text(generated).await, (400, r#""\"Server key with this ID is already generated\"""#.to_owned()));
    let foreign = node.post(&format!("/shadow/{id}/{other}/{stored}")).await;
    assert_eq!(foreign.status, 403, "only the author stores the document key");

    let browser = Request::get(format!("{}/shadow/{id}/{good}", node.base)).header("Origin", "https://example.com");
    assert_eq!(http().send(browser).await.unwrap().status, 404);
}

#[tokio::test]
async fn a_config_file_starts_a_node() {
    let folder = tempfile::tempdir().unwrap();
    let key = folder.path().join("key");
    std::fs::write(&key, format!("0x{}\n", hex::encode([50; 32]))).unwrap();
    let node = Point::from_bytes(&SecretKey::from_bytes(&[50; 32]).unwrap().public().unwrap()).unwrap();
    let text = serde_json::json!({
        "data": folder.path().join("deep/node.sqlite"), "identity": key,
        "peers": [{"node": node, "endpoint": "http://127.0.0.1:9"}],
    });
    let config: crate::KeyServerConfig = serde_json::from_value(text).unwrap();
    let chain = || Arc::new(Chain::default());
    let server = KeyServer::from_config(&config, chain()).unwrap();
    assert_eq!(server.public(), node);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&config.data).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let elsewhere = crate::KeyServerConfig { peers: vec![], ..config.clone() };
    assert!(KeyServer::from_config(&elsewhere, chain()).is_err(), "not in its own group");
    let twice = crate::KeyServerConfig { peers: [config.peers.clone(), config.peers.clone()].concat(), ..config };
    assert!(KeyServer::from_config(&twice, chain()).is_err());
}
