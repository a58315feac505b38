//! Files dragged from another program's window and dropped on ours, with a real pointer.

use crate::{
    app::{App, named, pictures},
    main_job::{describes, settled},
};
use gtk::{gdk, prelude::*};
use std::{fs, path::Path, process::Command, sync::mpsc, thread};

/// A small window of another program, above everything, from which these files can be dragged. It stands in the corner of
/// the screen that ours leaves free, and goes with the last drag.
struct OtherWindow {
    ended: thread::JoinHandle<()>,
}

/// Where it is, in pixels of the screen; ours begins at 0, 0.
const AT: (i32, i32) = (1480, 900);
const SIZE: i32 = 80;

impl OtherWindow {
    fn with(files: &[&Path]) -> Self {
        let addresses: Vec<String> = files.iter().map(|file| format!("file://{}", file.display())).collect();
        let (shown, seen) = mpsc::channel();
        let ended = thread::spawn(move || {
            gtk::init().unwrap();
            // Nobody decorates or moves a popup.
            let window = gtk::Window::new(gtk::WindowType::Popup);
            window.set_default_size(SIZE, SIZE);
            window.move_(AT.0, AT.1);
            let list = gtk::TargetEntry::new("text/uri-list", gtk::TargetFlags::empty(), 0);
            window.drag_source_set(gdk::ModifierType::BUTTON1_MASK, &[list], gdk::DragAction::COPY);
            window.connect_drag_data_get(move |_, _, data, _, _| {
                let addresses: Vec<&str> = addresses.iter().map(String::as_str).collect();
                assert!(data.set_uris(&addresses));
            });
            window.connect_drag_end(|_, _| gtk::main_quit());
            window.connect_map_event(move |_, _| {
                // Only the first time is waited for.
                let _ = shown.send(());
                gtk::glib::Propagation::Proceed
            });
            window.show_all();
            gtk::main();
        });
        seen.recv().unwrap();
        Self { ended }
    }

    /// Takes hold of the files.
    fn takes(&self) {
        pointer(&["mousemove", &(AT.0 + SIZE / 2).to_string(), &(AT.1 + SIZE / 2).to_string(), "mousedown", "1"]);
        pointer(&["mousemove_relative", "--", "-30", "-30"]);
    }

    fn ends(self) {
        self.ended.join().unwrap();
    }
}

/// Moves and presses.
fn pointer(orders: &[&str]) {
    let done = Command::new("xdotool").args(orders).status();
    assert!(done.expect("xdotool is installed by `cargo xtask test`").success(), "{orders:?}");
}

/// Holds the files over our window until it says that it sees them.
async fn holds(app: &App) {
    let mut to_and_fro = ["0", "8"].iter().cycle();
    app.until("files that are seen over the window", async || {
        let by = to_and_fro.next()?;
        pointer(&["mousemove", &format!("60{by}"), "400"]);
        app.is_there(&named("files-held")).await.then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_dropped_on_the_window_becomes_a_listing() {
    let app = settled().await;
    app.resize(1440, 880).await;
    let (one, two) = (app.home().path().join("levels.csv"), app.home().path().join("wells of the north.csv"));
    fs::write(&one, "time,level\n2026-01-01T00:00:00Z,3.1\n").unwrap();
    fs::write(&two, "well,depth\n1,12.5\n2,14.0\n3,9.5\n").unwrap();
    let other = OtherWindow::with(&[&one, &two]);
    other.takes();
    holds(&app).await;
    app.read(&named("files-held"), "2 files").await;
    app.settle().await;
    app.picture(&pictures().join("story-held.png")).await;
    pointer(&["mouseup", "1"]);
    other.ends();

    // Wherever one was, the files lead to the form.
    app.read("#page", "levels.csv").await;
    app.read("#page", "3 rows").await;
    assert!(!app.is_there(&named("files-held")).await, "nothing is held any more");
    describes(&app, "Dropped from elsewhere", "Levels and wells.").await;
    app.see(&named("publish-done")).await;
    app.close().await;
}
