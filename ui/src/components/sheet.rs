//! A sheet: one decision above the page. Esc closes it, the focus stays in it and goes back afterwards.

use crate::browser;
use leptos::{html::Dialog, prelude::*};
use std::sync::atomic::{AtomicU32, Ordering};

/// Counts sheets: one may lie above another, and each is called by its own title.
static SHEETS: AtomicU32 = AtomicU32::new(0);

/// A sheet; it shows as soon as it is part of the page.
#[component]
pub(crate) fn Sheet(
    /// What it is about.
    #[prop(into)]
    title: String,
    #[prop(into)] on_close: Callback<()>,
    /// While this is true it stays: what it was asked for is on its way.
    #[prop(optional, into)]
    held: Signal<bool>,
    #[prop(optional)] testid: &'static str,
    children: Children,
) -> impl IntoView {
    let title_id = format!("sheet-title-{}", SHEETS.fetch_add(1, Ordering::Relaxed));
    let dialog = NodeRef::<Dialog>::new();
    let close = move || {
        if !held.get_untracked() {
            on_close.run(());
        }
    };
    Effect::new(move |_| {
        if let Some(dialog) = dialog.get()
            && !dialog.open()
        {
            if let Some((right, down)) = browser::pressed_from_middle() {
                browser::comes_from(&dialog, right, down);
            }
            // Fails only for a dialog that is not part of the page any more; then there is nothing to show.
            drop(dialog.show_modal());
        }
    });
    // Closing gives the focus back to what opened the sheet.
    on_cleanup(move || {
        if let Some(dialog) = dialog.try_get_untracked().flatten() {
            dialog.close();
        }
    });
    view! {
        <dialog
            class="sheet"
            node_ref=dialog
            aria-labelledby=title_id
            data-testid=(!testid.is_empty()).then_some(testid)
            on:cancel=move |ev: leptos::ev::Event| {
                ev.prevent_default();
                close();
            }
            on:mousedown:target=move |ev| {
                // Outside of the sheet, the dialog itself is hit.
                let inside = dialog.get_untracked().is_some_and(|dialog| {
                    let place = dialog.get_bounding_client_rect();
                    let (x, y) = (f64::from(ev.client_x()), f64::from(ev.client_y()));
                    x >= place.left() && x <= place.right() && y >= place.top() && y <= place.bottom()
                });
                if !inside {
                    close();
                }
            }
        >
            <h2 id=title_id.clone()>{title}</h2>
            {children()}
        </dialog>
    }
}
