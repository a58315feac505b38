//! Where to save what one owns.

use crate::{
    app::{act, app},
    components::{Button, Field, Icon, Sheet, TroubleHere},
    ipc,
    state::places::Place,
};
use api::{ApiError, DownloadView, StartDownload};
use leptos::{prelude::*, task::spawn_local};
use protocol::AgreementId;

/// Asks for a folder, then downloads into it.
#[component]
pub(super) fn SaveSheet(
    agreement: AgreementId,
    /// One file, or all.
    index: Option<u64>,
    open: RwSignal<bool>,
    /// The page to go to afterwards; `None` stays.
    #[prop(optional)]
    then: Option<Place>,
) -> impl IntoView {
    let app = app();
    let t = app.texts();
    let l = &t.library;
    let folder = RwSignal::new(app.settings.with_untracked(|s| s.download_folder.clone()));
    let busy = RwSignal::new(false);
    let wrong = RwSignal::new(None::<ApiError>);
    let off = Signal::derive(move || busy.get() || folder.with(|f| f.trim().is_empty()));
    let start = move || {
        let place = folder.get_untracked().trim().to_owned();
        let chosen = place.clone();
        let begun = app.of_this_network(move |started: Vec<DownloadView>| {
            for download in started {
                app.answer_download(download);
            }
            if app.settings.with_untracked(|s| s.download_folder != chosen) {
                app.change_settings(move |settings| settings.download_folder = chosen);
            }
            open.try_set(false);
            if let Some(place) = then {
                app.go(place);
            }
        });
        act(StartDownload { agreement, index, folder: place }, busy, wrong, begun);
    };
    let choose = Callback::new(move |()| {
        spawn_local(async move {
            match ipc::pick_folder().await {
                Ok(Some(picked)) => {
                    folder.try_set(picked);
                }
                Ok(None) => {}
                Err(error) => {
                    wrong.try_set(Some(error));
                }
            }
        });
    });
    view! {
        <Sheet title=l.where_to on_close=move |()| open.set(false) held=busy testid="save-sheet">
            <form
                class="stack"
                on:submit=move |ev| {
                    ev.prevent_default();
                    if !off.get_untracked() {
                        start();
                    }
                }
            >
                <Field id="download-folder" label=l.folder value=folder hint=l.where_more.to_owned() on_choose=choose testid="download-folder" />
                <TroubleHere wrong />
                <div class="apart end">
                    <Button kind="quiet" label=t.shell.not_now.to_owned() off=busy on_press=move |()| open.set(false) />
                    <Button kind="primary" icon=Icon::Download label=l.download.to_owned() submit=true off testid="download-start" />
                </div>
            </form>
        </Sheet>
    }
}
