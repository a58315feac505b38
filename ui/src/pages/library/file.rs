//! A file one owns: what is known about it, its download, what one can do with it.

use crate::{
    app::{App, act, app},
    components::{Bar, Icon, Tag, TextButton, Trouble, TroubleHere},
    ipc,
    state::{amounts, downloads, moments::stretch},
    texts::fill,
};
use api::{ApiError, DownloadOrder, DownloadState, DownloadView, SteerDownload, Verdict, VerifyFile};
use leptos::{prelude::*, task::spawn_local};
use protocol::AgreementId;

/// What is known about a saved file.
#[component]
pub(super) fn VerdictTag(verdict: Verdict) -> impl IntoView {
    let l = &app().texts().library;
    match verdict {
        Verdict::Absent => view! { <Tag label=l.absent /> },
        Verdict::Verified => view! { <Tag kind="done" icon=Icon::Check label=l.verified /> },
        Verdict::Unverifiable => view! { <Tag kind="wait" icon=Icon::Info label=l.unverifiable /> },
        Verdict::Different => view! { <Tag kind="trouble" icon=Icon::ShieldAlert label=l.different /> },
        Verdict::Missing => view! { <Tag kind="wait" icon=Icon::Info label=l.gone /> },
    }
}

/// What one can do with a file that is not being downloaded.
#[component]
pub(super) fn FileWays(
    agreement: AgreementId,
    index: u64,
    name: String,
    path: Option<String>,
    verdict: Verdict,
    start: Callback<()>,
    again: Callback<()>,
) -> impl IntoView {
    let app = app();
    let t = app.texts();
    let l = &t.library;
    let busy = RwSignal::new(false);
    let wrong = RwSignal::new(None::<ApiError>);
    let check = {
        let name = name.clone();
        move || {
            let name = name.clone();
            act(VerifyFile { agreement, index }, busy, wrong, move |found| {
                app.tell(format!("{name}: {}", downloads::verdict(found, t)));
                // What is as it was is not drawn again: whoever pressed the button stays on it.
                if found != verdict {
                    again.try_run(());
                }
            });
        }
    };
    let there = path.filter(|_| !matches!(verdict, Verdict::Absent | Verdict::Missing));
    match there {
        Some(path) => view! {
            <div class="across">
                <TextButton
                    label=Signal::derive(move || if busy.get() { l.checking } else { l.check }.to_owned())
                    name=format!("{}: {name}", l.check)
                    off=busy
                    testid="verify"
                    on_press=move |()| check()
                />
                <TextButton
                    label=l.open_folder.to_owned()
                    icon=Icon::FolderOpen
                    name=format!("{}: {name}", l.open_folder)
                    testid="open-folder"
                    on_press=move |()| {
                        let path = path.clone();
                        wrong.set(None);
                        spawn_local(async move {
                            if let Err(error) = ipc::reveal(&path).await {
                                wrong.try_set(Some(error));
                            }
                        });
                    }
                />
            </div>
            <TroubleHere wrong />
        }
        .into_any(),
        None => {
            let label = if verdict == Verdict::Missing { l.download_again } else { l.download };
            view! {
                <TextButton
                    label=label.to_owned()
                    icon=Icon::Download
                    name=format!("{label}: {name}")
                    testid="download"
                    on_press=start
                />
            }
            .into_any()
        }
    }
}

/// How a download goes, in words: `121 MB of 184 MB · 38 MB/s · 2 s left`.
fn running_words(download: &DownloadView, app: App) -> String {
    let t = app.texts();
    let l = &t.library;
    let tongue = app.spoken();
    let done = amounts::size(download.done, tongue);
    match download.state {
        DownloadState::Queued => l.queued.to_owned(),
        DownloadState::Paused => fill(l.paused, &[("done", &done)]),
        DownloadState::Failed => fill(l.failed, &[("done", &done)]),
        _ => {
            let mut parts = vec![match download.total {
                Some(total) => fill(l.running, &[("done", &done), ("total", &amounts::size(total, tongue))]),
                None => fill(l.running_unknown, &[("done", &done)]),
            }];
            if download.speed > 0 {
                parts.push(fill(l.speed, &[("speed", &amounts::size(download.speed, tongue))]));
                if let Some(total) = download.total {
                    let seconds = total.saturating_sub(download.done).div_ceil(download.speed);
                    parts.push(fill(l.left, &[("time", &stretch(seconds, t))]));
                }
            }
            parts.join(" · ")
        }
    }
}

/// A download under way, and how to steer it. Each event draws only what it changes: what was ordered, and what came of
/// that, stays.
#[component]
pub(super) fn Running(download: Memo<Option<DownloadView>>) -> impl IntoView {
    let app = app();
    let l = &app.texts().library;
    let busy = RwSignal::new(false);
    let wrong = RwSignal::new(None::<ApiError>);
    let steer = move |order: DownloadOrder| {
        let Some(id) = download.with_untracked(|download| download.as_ref().map(|d| d.id)) else { return };
        let steered = app.of_this_network(move |download| app.answer_download(download));
        act(SteerDownload { id, order }, busy, wrong, steered);
    };
    let state = Memo::new(move |_| download.with(|download| download.as_ref().map(|d| d.state)));
    let held = Memo::new(move |_| matches!(state.get(), Some(DownloadState::Paused | DownloadState::Failed)));
    let words = move || download.with(|download| download.as_ref().map(|d| running_words(d, app)));
    let trouble = Memo::new(move |_| {
        download.with(|download| download.as_ref().and_then(|d| d.trouble.clone())).filter(|_| held.get())
    });
    let kind = Signal::derive(move || match state.get() {
        Some(DownloadState::Paused) => "held",
        Some(DownloadState::Failed) => "failed",
        _ => "",
    });
    let done = Signal::derive(move || download.with(|download| download.as_ref().map_or(0, |d| d.done)));
    let total = Signal::derive(move || {
        let known = download.with(|download| download.as_ref().and_then(|d| d.total));
        known.or((state.get() == Some(DownloadState::Queued)).then_some(1))
    });
    let name = download.with_untracked(|download| download.as_ref().map(|d| d.file.clone())).unwrap_or_default();
    let button = move |label: &'static str, icon: Icon, testid: &'static str, order: DownloadOrder| {
        view! { <TextButton label=label.to_owned() icon off=busy testid on_press=move |()| steer(order) /> }.into_any()
    };
    view! {
        <div class="tight" data-testid="download-progress">
            <div class="apart small">
                <span class="num">{words}</span>
                <span class="steer">
                    {move || match held.get() {
                        true => button(l.resume, Icon::Play, "download-resume", DownloadOrder::Resume),
                        false => button(l.pause, Icon::Pause, "download-pause", DownloadOrder::Pause),
                    }}
                    {button(l.stop, Icon::X, "download-cancel", DownloadOrder::Cancel)}
                </span>
            </div>
            <Bar name=fill(l.bar, &[("name", &name)]) done total kind />
            {move || trouble.get().map(|error| view! { <Trouble error money=l.still_yours /> })}
            <TroubleHere wrong />
        </div>
    }
}
