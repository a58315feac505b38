//! What the pages need of the web view: colours, language, focus, clipboard.

use crate::texts::Tongue;
use api::Theme;
use leptos::prelude::{document, window};
use wasm_bindgen::{JsCast, prelude::Closure};
use web_sys::{HtmlDocument, HtmlElement, HtmlInputElement};

/// The key under which the look is remembered for the next start.
const LOOK: &str = "neuston-theme";

/// The system's language: `de-DE`.
pub(crate) fn language() -> String {
    window().navigator().language().unwrap_or_default()
}

/// Dresses the page in a theme.
pub(crate) fn dress(theme: Theme) {
    let dark =
        || window().match_media("(prefers-color-scheme: dark)").ok().flatten().is_some_and(|query| query.matches());
    let contrast =
        || window().match_media("(prefers-contrast: more)").ok().flatten().is_some_and(|query| query.matches());
    let name = match theme {
        Theme::System if contrast() => "contrast",
        Theme::System if dark() => "dark",
        Theme::System | Theme::Light => "light",
        Theme::Dark => "dark",
        Theme::Contrast => "contrast",
    };
    set_root("data-theme", name);
    // Only the look of the first moment depends on it; without storage the window starts as the system looks.
    if let Ok(Some(storage)) = window().local_storage() {
        drop(if theme == Theme::System { storage.remove_item(LOOK) } else { storage.set_item(LOOK, name) });
    }
}

/// Hears when the system changes its colours, as long as the window lives.
pub(crate) fn on_system_look(change: impl FnMut() + 'static) {
    let ear = Closure::<dyn FnMut()>::new(change).into_js_value();
    for query in ["(prefers-color-scheme: dark)", "(prefers-contrast: more)"] {
        if let Ok(Some(query)) = window().match_media(query) {
            // Without it the look changes with the next start.
            drop(query.add_event_listener_with_callback("change", ear.unchecked_ref()));
        }
    }
}

/// Tells readers which language is spoken.
pub(crate) fn speak(tongue: Tongue) {
    set_root("lang", tongue.code());
}

fn set_root(name: &str, value: &str) {
    if let Some(root) = document().document_element() {
        drop(root.set_attribute(name, value));
    }
}

/// Names the window's page.
pub(crate) fn title(name: &str) {
    document().set_title(&format!("{name} · Neuston"));
}

/// Moves the focus to the first thing a selector finds; tells whether there is one.
pub(crate) fn focus(selector: &str) -> bool {
    match find(selector) {
        Some(element) => element.focus().is_ok(),
        None => false,
    }
}

fn find(selector: &str) -> Option<HtmlElement> {
    document().query_selector(selector).ok().flatten()?.dyn_into().ok()
}

/// Whether somebody is typing: then letters belong to the field.
pub(crate) fn typing() -> bool {
    document().active_element().is_some_and(|element| {
        matches!(element.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT")
            && element.get_attribute("type").is_none_or(|kind| kind != "checkbox" && kind != "radio")
    })
}

/// Whether the window has room for more than one column; the style sheets draw the line at the same width.
pub(crate) fn is_wide() -> bool {
    window().inner_width().ok().and_then(|width| width.as_f64()).is_none_or(|width| width >= 1000.0)
}

/// Whether a sheet is open.
pub(crate) fn sheet_open() -> bool {
    document().query_selector("dialog[open]").ok().flatten().is_some()
}

/// How far from the middle of the window that is which somebody has just pressed, to the right and down; `None` where it
/// was nothing that shows.
pub(crate) fn pressed_from_middle() -> Option<(f64, f64)> {
    let pressed = document().active_element()?;
    if !matches!(pressed.tag_name().as_str(), "A" | "BUTTON" | "INPUT") {
        return None;
    }
    let (width, height) = (window().inner_width().ok()?.as_f64()?, window().inner_height().ok()?.as_f64()?);
    let place = pressed.get_bounding_client_rect();
    Some((place.left() + (place.width() - width) / 2.0, place.top() + (place.height() - height) / 2.0))
}

/// Lets a sheet come from so far beside the middle of the window; the style sheets move it.
pub(crate) fn comes_from(sheet: &HtmlElement, right: f64, down: f64) {
    let (right, down) = (format!("{right:.0}px"), format!("{down:.0}px"));
    for (name, value) in [("--from-x", right.as_str()), ("--from-y", down.as_str()), ("--from-scale", "0.5")] {
        // Refused for nothing that is on the page; without it the sheet appears where it lies.
        drop(sheet.style().set_property(name, value));
    }
}

/// Moves the focus through the rows of a list with the arrows; tells whether the key was used.
pub(crate) fn walk(key: &str) -> bool {
    let Ok(rows) = document().query_selector_all("[data-row]") else { return false };
    let rows: Vec<HtmlElement> = (0..rows.length()).filter_map(|n| rows.item(n)?.dyn_into().ok()).collect();
    let active = document().active_element();
    let at = active.and_then(|active| rows.iter().position(|row| row.is_same_node(Some(&active))));
    match crate::state::keys::row_after(key, at, rows.len()).and_then(|next| rows.get(next)) {
        Some(row) => row.focus().is_ok(),
        None => false,
    }
}

/// Copies the text of a field; works without leave from the system, since somebody has just clicked.
pub(crate) fn copy(field: &HtmlInputElement) -> bool {
    field.select();
    document().dyn_into::<HtmlDocument>().is_ok_and(|page| page.exec_command("copy").unwrap_or(false))
}

/// The address of the page.
pub(crate) fn path() -> String {
    window().location().pathname().unwrap_or_default()
}

/// Makes an address the newest of the window's history.
pub(crate) fn remember(path: &str) {
    if let Ok(history) = window().history() {
        // Refused only for addresses of other origins; ours begin with a slash.
        drop(history.push_state_with_url(&wasm_bindgen::JsValue::NULL, "", Some(path)));
    }
}

/// The address of our own that a click leads to; `None` for anything that is not a plain click on such a link.
pub(crate) fn followed(click: &web_sys::MouseEvent) -> Option<String> {
    if click.default_prevented() || click.button() != 0 || click.ctrl_key() || click.meta_key() || click.shift_key() {
        return None;
    }
    let target = click.target()?.dyn_into::<web_sys::Element>().ok()?;
    let link = target.closest("a[href]").ok().flatten()?;
    link.get_attribute("href").filter(|href| href.starts_with('/'))
}

/// How far the page is scrolled.
pub(crate) fn scrolled() -> i32 {
    find("#page").map_or(0, |page| page.scroll_top())
}

/// Scrolls the page to a place.
pub(crate) fn scroll_to(place: i32) {
    if let Some(page) = find("#page") {
        page.set_scroll_top(place);
    }
}
