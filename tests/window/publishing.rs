//! Publishing where it does not go smoothly: files of one name, files that cannot be read, prices that could be two numbers,
//! a form that is left in the middle, a publication that fails, replies that come late.

use crate::{
    app::{App, named},
    languages::speaks,
    main_job::{has_account, settled},
};
use serde_json::{Value, json};
use std::{fs, path::PathBuf, sync::Arc};
use thirtyfour::Key;

/// Two rows.
const LEVELS: &str = "time,level\n2026-01-01T00:00:00Z,3.1\n2026-01-02T00:00:00Z,4.2\n";

/// A small table in the window's own folder.
fn levels(app: &App) -> PathBuf {
    let file = app.home().path().join("levels.csv");
    fs::write(&file, LEVELS).unwrap();
    file
}

/// Begins a listing of this file; the page with its name shows then.
async fn begins(app: &App, file: &std::path::Path) {
    app.click(&named("go-publish")).await;
    app.type_into(&named("publish-path"), file.to_str().unwrap()).await;
    app.click(&named("publish-add")).await;
    app.read(&named("publish-file"), "2 ").await;
    app.click(&named("publish-next")).await;
    app.type_into(&named("publish-author"), "City of Berlin").await;
}

/// The one draft there is, as soon as it is as it should be.
async fn draft(app: &App, what: &str, is: impl Fn(&Value) -> bool) -> Value {
    app.until(what, async || {
        let drafts = app.ask(json!({ "call": "list_drafts", "with": {} })).await.ok()?;
        let [draft] = drafts["with"].as_array()?.as_slice() else { return None };
        is(draft).then(|| draft.clone())
    })
    .await
}

/// A draft with all that is needed.
fn levels_of_the_spree(app: &App, price: &str) -> Value {
    json!({
        "name": "Levels of the Spree", "author": "City of Berlin", "license": "CC0-1.0", "price": price,
        "files": [{ "kind": "local", "path": levels(app) }],
    })
}

/// Lists it at this price; the sheet in which it is changed shows then.
async fn changes(app: &App, price: &str) {
    let draft = levels_of_the_spree(app, price);
    app.ask(json!({ "call": "publish", "with": { "draft": draft } })).await.expect("it is published");
    app.click(&named("go-listings")).await;
    app.read("#page", "On sale").await;
    app.click(&named("edit")).await;
    app.settle().await;
}

/// What is in a field.
async fn value(app: &App, testid: &str) -> String {
    app.see(&named(testid)).await.prop("value").await.unwrap().unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn two_files_of_one_name_are_two_cards_and_either_can_go() {
    let home = Arc::new(tempfile::tempdir().unwrap());
    let files = ["2023", "2024"].map(|year| home.path().join(year).join("levels.csv"));
    for (file, table) in files.iter().zip([LEVELS, "time,depth\n1,9.5\n2,9.6\n3,9.7\n"]) {
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, table).unwrap();
    }
    let app = has_account(App::start_on(home, &files).await).await;
    app.click(&named("go-publish")).await;
    app.click(&named("publish-drop")).await;
    for seen in ["2023/levels.csv", "2024/levels.csv", "2 rows", "3 rows", "depth"] {
        app.read("#page", seen).await;
    }
    app.click("[aria-label='Remove: 2023/levels.csv']").await;
    app.until("one card, called by its name alone", async || {
        let cards = "return [...document.querySelectorAll('[data-testid=publish-file] b')].map(b => b.innerText)";
        (app.script(cards).await == json!(["levels.csv"])).then_some(())
    })
    .await;
    // Its columns have gone with it.
    let left =
        draft(&app, "a draft of one file", |draft| draft["files"].as_array().is_some_and(|f| f.len() == 1)).await;
    assert_eq!(left["files"][0]["path"].as_str(), files[1].to_str());
    let columns: Vec<_> = left["columns"].as_array().unwrap().iter().map(|column| column["name"].clone()).collect();
    assert_eq!(columns, ["time", "depth"]);
    app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_cannot_be_read_is_settled_where_it_was_added() {
    let app = settled().await;
    let file = app.home().path().join("levels.csv");
    app.click(&named("go-publish")).await;
    app.type_into(&named("publish-path"), file.to_str().unwrap()).await;
    app.click(&named("publish-add")).await;
    app.read(&named("publish-file"), "is not there any more").await;
    app.click(&named("publish-next")).await;
    app.read(&named("publish-unread"), "could not be read").await;
    assert!(!app.is_there(&named("publish-name")).await, "nobody describes what cannot be read");

    // While it is looked into again, whoever pressed the button is still at the file.
    app.hold("inspect").await;
    app.click(&format!("{} .ways button", named("publish-file"))).await;
    app.holds().await;
    app.read(&named("publish-file"), "Looking into it").await;
    let at_the_file = "return document.activeElement.closest('[data-testid=publish-file]') !== null";
    assert_eq!(app.script(at_the_file).await, true);
    app.let_go().await;
    app.read(&named("publish-file"), "is not there any more").await;
    assert_eq!(app.script(at_the_file).await, true);

    fs::write(&file, LEVELS).unwrap();
    app.click(&format!("{} .ways button", named("publish-file"))).await;
    app.read(&named("publish-file"), "2 rows").await;
    assert!(!app.is_there(&named("publish-unread")).await);
    app.click(&named("publish-next")).await;
    assert_eq!(value(&app, "publish-name").await, "Levels");
    app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_typed_last_is_kept_however_the_form_is_left() {
    let app = settled().await;
    begins(&app, &levels(&app)).await;
    // Away at once, and no field is left before.
    app.type_into(&named("publish-tags"), "rivers, water").await;
    app.go("/listings").await;
    let kept = draft(&app, "the last words", |draft| draft["tags"] == json!(["rivers", "water"])).await;

    app.click(&named("go-publish")).await;
    app.click(&named("draft")).await;
    app.read(&named("publish-file"), "2 rows").await;
    app.click(&named("publish-next")).await;
    assert_eq!(value(&app, "publish-tags").await, "rivers, water");
    app.click(&named("publish-next")).await;
    app.type_into(&named("publish-price"), "12.5").await;
    app.go("/listings").await;
    let again = draft(&app, "the price", |draft| draft["price"] == "12.5").await;
    assert_eq!(kept["id"], again["id"], "it is one draft");
    app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_stays_on_the_network_it_was_begun_on() {
    let app = settled().await;
    // The same network once more under another name: there, drafts are numbered anew.
    let ours = app.ask(json!({ "call": "export_network", "with": { "name": "local", "path": null } })).await;
    let ours = ours.expect("its file")["with"]["toml"].as_str().unwrap().to_owned();
    let lines = ours.lines().map(|line| if line.starts_with("name = ") { "name = \"elsewhere\"" } else { line });
    let file = app.home().path().join("elsewhere.toml");
    fs::write(&file, lines.collect::<Vec<_>>().join("\n")).unwrap();
    app.ask(json!({ "call": "add_network", "with": { "path": file } })).await.expect("it is known");
    uses(&app, "elsewhere").await;
    let theirs = json!({ "name": "Wells of the north", "files": [{ "kind": "local", "path": "/data/wells.csv" }] });
    let theirs = app.ask(json!({ "call": "save_draft", "with": { "draft": theirs } })).await.expect("a draft");
    uses(&app, "local").await;

    begins(&app, &levels(&app)).await;
    let kept = draft(&app, "a draft here", |draft| draft["files"].as_array().is_some_and(|f| f.len() == 1)).await;
    assert_eq!(kept["id"], theirs["with"]["id"], "both have one number");
    app.hold("save_draft").await;
    app.type_into(&named("publish-tags"), "rivers, water").await;
    app.holds().await;
    // This waits until what is on its way has arrived.
    app.type_into(&named("publish-category"), "Water").await;
    uses(&app, "elsewhere").await;
    app.read(&named("draft"), "Wells of the north").await;
    app.let_go().await;
    app.settle().await;
    assert_eq!(app.asked().await, Some(1), "nothing of it is sent to the other network");
    assert_eq!(draft(&app, "theirs", |_| true).await, theirs["with"]);
    app.close().await;
}

/// Changes to another network, as the command line does.
async fn uses(app: &App, network: &str) {
    app.ask(json!({ "call": "use_network", "with": { "name": network } })).await.expect("it is in use");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_price_is_read_as_its_language_writes_it() {
    let app = settled().await;
    let file = levels(&app);
    speaks(&app, "german").await;
    begins(&app, &file).await;
    app.click(&named("publish-next")).await;
    app.type_into(&named("publish-price"), "1.250").await;
    app.read(".hint.wrong", "1250 oder 1,25").await;
    app.type_into(&named("publish-price"), "12.50").await;
    app.read(".hint:not(.wrong)", "Ein Käufer zahlt 12,50").await;
    app.type_into(&named("publish-price"), "1.250").await;
    app.click(&named("publish-next")).await;
    app.type_into(&named("publish-price"), "1.250,00").await;
    app.click(&named("publish-next")).await;
    app.see(&named("publish-submit")).await;
    app.read("#page", "1.250,00").await;
    draft(&app, "the price in plain digits", |draft| draft["price"] == "1250").await;

    // The draft comes back in the language of whoever takes it up.
    for (language, shown) in [("german", "1250,00"), ("english", "1250.00")] {
        speaks(&app, language).await;
        app.click(&named("go-listings")).await;
        app.click(&named("go-publish")).await;
        app.click(&named("draft")).await;
        app.read(&named("publish-file"), "levels.csv").await;
        app.click(&named("publish-next")).await;
        app.see(&named("publish-name")).await;
        app.click(&named("publish-next")).await;
        assert_eq!(value(&app, "publish-price").await, shown);
    }
    app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_listing_of_a_high_price_can_be_changed() {
    let app = settled().await;
    changes(&app, "1475").await;
    assert_eq!(value(&app, "edit-price").await, "1475.00");
    app.type_into(&named("edit-name"), "Levels of the Havel").await;
    app.click(&named("edit-confirm")).await;
    let shown = app.read("#page", "Levels of the Havel").await;
    assert!(shown.contains("1,475.00"), "the price is what it was: {shown}");
    app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_on_its_way_keeps_its_sheet() {
    let app = settled().await;
    changes(&app, "2").await;
    app.type_into(&named("edit-name"), "Levels of the Havel").await;
    app.hold("edit_listing").await;
    app.click(&named("edit-confirm")).await;
    app.holds().await;
    app.script("document.querySelector('#edit-name').focus()").await;
    app.press(Key::Escape + "").await;
    assert!(app.is_there(&named("edit-sheet")).await, "what is wrong with it would be said nowhere");
    app.let_go().await;
    app.read("#page", "Levels of the Havel").await;
    app.until("the sheet to go", async || (!app.is_there(&named("edit-sheet")).await).then_some(())).await;
    app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_came_of_a_publication_is_not_taken_back_by_a_late_reply() {
    let app = settled().await;
    begins(&app, &levels(&app)).await;
    app.click(&named("publish-next")).await;
    app.type_into(&named("publish-price"), "2").await;
    app.click(&named("publish-next")).await;
    app.hold("publish").await;
    app.click(&named("publish-submit")).await;
    app.holds().await;
    app.until("the end of it", async || {
        // The first of this home.
        let told = app.ask(json!({ "call": "get_publication", "with": { "id": 1 } })).await.ok()?;
        (told["with"]["step"] == "listed").then_some(())
    })
    .await;
    app.let_go().await;
    app.see(&named("publish-done")).await;
    app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_publication_that_failed_says_why_and_leads_back_to_its_draft() {
    let app = settled().await;
    let draft = levels_of_the_spree(&app, "2");
    let kept = app.ask(json!({ "call": "save_draft", "with": { "draft": draft } })).await.expect("a draft");
    // A document of five million letters is more than anybody reads.
    let published = app
        .script_until_done(&format!(
            "const done = arguments[0], draft = {}; draft.columns = [{{ name: 'time', meaning: 'x'.repeat(5000000), \
             unit: '', profile: [], filled_permille: null }}]; \
             window.__TAURI__.core.invoke('call', {{ request: {{ call: 'publish', with: {{ draft }} }} }})\
             .then(ok => done({{ ok }}), error => done({{ error }}))",
            kept["with"]
        ))
        .await;
    assert!(published.get("error").is_none(), "it begins: {published}");

    app.click(&named("go-listings")).await;
    app.read(&named("publication-failed"), "This makes no listing").await;
    assert!(!app.is_there(&named("publication-open")).await, "nothing is under way");
    app.reload().await;
    app.click(&named("go-listings")).await;
    let said = app.read(&named("publication-failed"), "Levels of the Spree").await;
    assert!(said.contains("Not listed") && !said.contains("Being published"), "{said}");

    app.click(&named("back-to-draft")).await;
    app.read(&named("publish-file"), "2 rows").await;
    app.click(&named("publish-next")).await;
    assert_eq!(value(&app, "publish-name").await, "Levels of the Spree");
    app.click(&named("publish-next")).await;
    app.see(&named("publish-price")).await;
    app.click(&named("publish-next")).await;
    app.click(&named("publish-submit")).await;
    app.see(&named("publish-done")).await;
    app.click(&named("go-listings")).await;
    app.read("#page", "On sale").await;
    assert!(!app.is_there(&named("publication-failed")).await, "what was published in the end has not failed");
    app.reload().await;
    app.click(&named("go-listings")).await;
    app.read("#page", "On sale").await;
    app.settle().await;
    assert!(!app.is_there(&named("publication-failed")).await, "its draft is gone");
    app.close().await;
}
