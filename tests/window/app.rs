//! The window under test: started through WebDriver on a data folder of its own, ended in order.

use serde_json::{Value, json};
use std::{
    env,
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::Arc,
    thread,
    time::{Duration, Instant},
};
use tempfile::TempDir;
use thirtyfour::prelude::*;
use tokio::sync::{Mutex, MutexGuard};

/// One window at a time has the screen and the focus, as with a person.
static SCREEN: Mutex<()> = Mutex::const_new(());

/// How long anything may take on a busy machine before a story fails.
const PATIENCE: Duration = Duration::from_secs(60);
/// No page has more places for the focus.
const MOST_STOPS: u32 = 80;
/// Between two looks at a page or a port.
const GLANCE: Duration = Duration::from_millis(50);

/// tauri-driver; it starts WebKitWebDriver, which starts the window.
struct Driver {
    process: Child,
    port: u16,
}

impl Driver {
    fn start(environment: &[(&str, String)]) -> Self {
        assert!(
            cfg!(not(target_os = "linux")) || env::var_os("DISPLAY").is_some(),
            "the window's stories need a screen: `cargo xtask test` gives them one"
        );
        let program = env::var_os("TAURI_DRIVER").unwrap_or_else(|| "tauri-driver".into());
        let (port, native) = (free_port(), free_port());
        let process = Command::new(&program)
            .args(["--port", &port.to_string(), "--native-port", &native.to_string()])
            .env("WEBKIT_DISABLE_DMABUF_RENDERER", "1")
            // The stories look for English words.
            .env("LANGUAGE", "en")
            .envs(environment.iter().map(|(name, value)| (*name, value)))
            .stdout(Stdio::null())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap_or_else(|error| panic!("{}: {error}; `cargo xtask test` installs it", program.display()));
        let driver = Self { process, port };
        let started = Instant::now();
        while [port, native].iter().any(|port| TcpStream::connect(("127.0.0.1", *port)).is_err()) {
            assert!(started.elapsed() < PATIENCE, "the driver does not listen");
            thread::sleep(GLANCE);
        }
        driver
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // SIGTERM lets it end its child, WebKitWebDriver, too; SIGKILL would orphan that.
        let told =
            Command::new("kill").arg(self.process.id().to_string()).status().is_ok_and(|status| status.success());
        let since = Instant::now();
        while told && since.elapsed() < Duration::from_secs(5) {
            if matches!(self.process.try_wait(), Ok(Some(_))) {
                return;
            }
            thread::sleep(GLANCE);
        }
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A running window.
pub(crate) struct App {
    page: WebDriver,
    /// Ends after the session.
    _driver: Driver,
    home: Arc<TempDir>,
    /// Given back last.
    _screen: MutexGuard<'static, ()>,
}

impl App {
    /// A window on a new, empty data folder.
    pub(crate) async fn start() -> Self {
        Self::start_on(Arc::new(tempfile::tempdir().unwrap()), &[]).await
    }

    /// A window on this data folder, with these files as the answer of every file dialog.
    pub(crate) async fn start_on(home: Arc<TempDir>, picked: &[PathBuf]) -> Self {
        let mut environment = Vec::new();
        if !picked.is_empty() {
            environment.push(("NEUSTON_TEST_PICK", env::join_paths(picked).unwrap().into_string().unwrap()));
        }
        let screen = SCREEN.lock().await;
        let driver = Driver::start(&environment);
        let mut wanted = Capabilities::new();
        wanted.set("browserName", "wry").unwrap();
        let application =
            json!({ "application": env!("CARGO_BIN_EXE_neuston-desktop"), "args": ["--home", home.path()] });
        wanted.set("tauri:options", application).unwrap();
        let page = WebDriver::new(format!("http://127.0.0.1:{}", driver.port), wanted).await.expect("a session");
        Self { page, _driver: driver, home, _screen: screen }
    }

    /// The data folder, to start another window on it.
    pub(crate) fn home(&self) -> Arc<TempDir> {
        Arc::clone(&self.home)
    }

    /// The first element that matches, as soon as it is shown.
    pub(crate) async fn see(&self, css: &str) -> WebElement {
        self.until(css, async || {
            let element = self.page.find(By::Css(css)).await.ok()?;
            element.is_displayed().await.ok()?.then_some(element)
        })
        .await
    }

    /// The text of an element, as soon as it contains `part`.
    pub(crate) async fn read(&self, css: &str, part: &str) -> String {
        self.until(&format!("{css} with \"{part}\""), async || {
            // The driver's own idea of what is seen leaves out texts that end in an ellipsis.
            let script = "return document.querySelector(arguments[0])?.innerText ?? ''";
            let found = self.page.execute(script, vec![json!(css)]).await.ok()?;
            let text = found.json().as_str()?.replace('\u{a0}', " ");
            text.contains(part).then_some(text)
        })
        .await
    }

    /// What somebody who listens was told last of money, as soon as it contains `part`.
    pub(crate) async fn hear(&self, part: &str) -> String {
        self.until(&format!("\"{part}\" aloud"), async || {
            // Nobody sees it: the driver gives text only of what is seen.
            let text = self.script("return document.querySelector('[aria-live=assertive]').textContent").await;
            text.as_str().filter(|text| text.contains(part)).map(str::to_owned)
        })
        .await
    }

    /// Clicks what is shown, where nothing covers it; once, also where the click takes it off the page.
    pub(crate) async fn click(&self, css: &str) {
        let script = format!(
            "const at = document.querySelector({}); if (!at || at.disabled) return null; \
             at.scrollIntoView({{ block: 'nearest' }}); const [box] = at.getClientRects(); if (!box) return null; \
             const top = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2); \
             if (!top || !at.contains(top)) return null; at.focus({{ preventScroll: true }}); at.click(); return true",
            json!(css)
        );
        self.until(&format!("a click on {css}"), async || self.script(&script).await.as_bool()).await;
    }

    /// Whether it is on the page now.
    pub(crate) async fn is_there(&self, css: &str) -> bool {
        self.page.find(By::Css(css)).await.is_ok()
    }

    /// Waits until the page is drawn, has asked for everything it shows, and stands still.
    pub(crate) async fn settle(&self) {
        self.until("a page that has settled", async || {
            let script = "return document.readyState === 'complete' && document.querySelector('main') !== null \
                && document.querySelector('[aria-busy=true], .ghost') === null \
                && document.fonts.status === 'loaded' && document.getAnimations().every(one => \
                one.effect.getComputedTiming().endTime === Infinity)";
            self.script(script).await.as_bool()?.then_some(())
        })
        .await;
        // What has been decided is painted in the frame after the next one.
        self.script_until_done("requestAnimationFrame(() => requestAnimationFrame(arguments[0]))").await;
    }

    /// Types into a field, in place of what is in it.
    pub(crate) async fn type_into(&self, css: &str, text: &str) {
        self.until(&format!("a way to type into {css}"), async || {
            // One that a sheet still covers takes no keys: look again.
            let field = self.page.find(By::Css(css)).await.ok()?;
            field.clear().await.ok()?;
            field.send_keys(text).await.ok()
        })
        .await;
    }

    /// Presses keys where the focus is.
    pub(crate) async fn press(&self, keys: impl Into<TypingData>) {
        let focused = self.page.active_element().await.expect("something has the focus");
        focused.send_keys(keys).await.expect("it takes keys");
    }

    /// Presses Tab until this has the focus; everything on the way shows that it has it.
    pub(crate) async fn tab_to(&self, css: &str) {
        for _ in 0..MOST_STOPS {
            self.press(Key::Tab + "").await;
            let seen = "const at = document.activeElement, style = getComputedStyle(at.closest('label, .search-box') ?? at); \
                return [at.matches(arguments[0]), at.matches('body, main, dialog') || style.outlineStyle !== 'none', at.outerHTML.slice(0, 120)]";
            let seen = self.page.execute(seen, vec![json!(css)]).await.expect("the script runs").json().clone();
            assert_eq!(seen[1], true, "the focus shows on {}", seen[2]);
            if seen[0] == true {
                return;
            }
        }
        panic!("{css} is not reached with Tab");
    }

    /// Looks until there is something to return; fails with what the page shows instead.
    pub(crate) async fn until<T>(&self, what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
        let since = Instant::now();
        loop {
            if let Some(found) = look().await {
                return found;
            }
            if since.elapsed() > PATIENCE {
                let shown = self.script("return location.href + '\\n' + document.body.innerText").await;
                self.picture(&pictures().join("failed.png")).await;
                panic!("waited for {what}; the page shows: {}", shown.as_str().unwrap_or("nothing"));
            }
            tokio::time::sleep(GLANCE).await;
        }
    }

    /// Runs a script in the page and returns its value.
    pub(crate) async fn script(&self, script: &str) -> Value {
        self.page.execute(script, Vec::new()).await.expect("the script runs").json().clone()
    }

    /// Runs a script that calls its last argument when it is done, and returns what it was called with.
    pub(crate) async fn script_until_done(&self, script: &str) -> Value {
        self.page.execute_async(script, Vec::new()).await.expect("the script ends").json().clone()
    }

    /// Asks the backend as the page would: the reply, or the error.
    pub(crate) async fn ask(&self, request: Value) -> Result<Value, Value> {
        let answer = self
            .script_until_done(&format!(
                "const done = arguments[0]; window.__TAURI__.core.invoke('call', {{ request: {request} }})\
                 .then(ok => done({{ ok }}), error => done({{ error }}));"
            ))
            .await;
        match answer.get("error") {
            Some(error) => Err(error.clone()),
            None => Ok(answer["ok"].clone()),
        }
    }

    /// From now on the page's replies to this call wait until they are let go.
    pub(crate) async fn hold(&self, call: &str) {
        let part = json!(format!("\"call\":\"{call}\""));
        self.script(&format!(
            "window.holding = true; window.asked = 0; window.held = []; const fetched = window.fetch; \
             window.fetch = async (...what) => {{ const mine = String(what[1]?.body).includes({part}); \
             if (mine) window.asked += 1; const reply = await fetched(...what); \
             if (mine && window.holding) await new Promise(go => window.held.push(go)); return reply }}"
        ))
        .await;
    }

    /// Waits until a reply is held.
    pub(crate) async fn holds(&self) {
        self.until("a reply that is held", async || {
            self.script("return window.held.length > 0 || null").await.as_bool()
        })
        .await;
    }

    /// Lets go what is held, and holds nothing any more.
    pub(crate) async fn let_go(&self) {
        self.script("window.holding = false; window.held.splice(0).forEach(go => go())").await;
    }

    /// How often the page has asked for what is held, since that began.
    pub(crate) async fn asked(&self) -> Option<u64> {
        self.script("return window.asked").await.as_u64()
    }

    /// Goes to the page at this address, as the window's own history does.
    pub(crate) async fn go(&self, path: &str) {
        let path = json!(path);
        self.script(&format!("history.pushState(null, '', {path}); dispatchEvent(new PopStateEvent('popstate'))"))
            .await;
    }

    /// Loads the pages again. The driver waits for the new ones: nothing after this sees the old.
    pub(crate) async fn reload(&self) {
        self.page.refresh().await.expect("the pages load again");
    }

    /// Gives the window this many pixels.
    pub(crate) async fn resize(&self, width: u32, height: u32) {
        self.page.set_window_rect(0, 0, width, height).await.expect("the window takes a size");
    }

    /// Writes a picture of the page.
    pub(crate) async fn picture(&self, file: &Path) {
        if let Some(folder) = file.parent() {
            std::fs::create_dir_all(folder).unwrap();
        }
        // The driver takes its picture with the next frame, and a page at rest draws none: without this it waits for ever.
        self.script(
            "window.drawing = true; let odd = false; const draw = () => { \
                odd = window.drawing && !odd; document.body.style.opacity = odd ? '0.9999' : ''; \
                if (window.drawing) requestAnimationFrame(draw) }; draw()",
        )
        .await;
        let taken = self.page.screenshot(file).await;
        self.script("window.drawing = false").await;
        taken.unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    }

    /// Closes the window in order.
    pub(crate) async fn close(self) {
        self.page.quit().await.expect("the window closes");
    }
}

/// The element with this name for tests.
pub(crate) fn named(testid: &str) -> String {
    format!("[data-testid=\"{testid}\"]")
}

/// Where pictures go: where `cargo xtask shots` says, else beside the build products.
pub(crate) fn pictures() -> PathBuf {
    env::var_os("NEUSTON_SHOTS").map_or_else(|| Path::new(env!("CARGO_TARGET_TMPDIR")).join("shots"), PathBuf::from)
}
