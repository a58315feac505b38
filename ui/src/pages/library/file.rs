//! A file one owns: what is known about it, its download, what one can do with it.

use crate::{
    app::{App, act, app},
    components::{Bar, Icon, Tag, TextButton, Trouble, TroubleHere},
    ipc,
    state::{amounts, moments::stretch},
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
    let l = &app.texts().library;
    let busy = RwSignal::new(false);
    let wrong = RwSignal::new(None::<ApiError>);
    let there = path.filter(|_| !matches!(verdict, Verdict::Absent | Verdict::Missing));
    match there {
        Some(path) => view! {
            <div class="across">
                <TextButton
                    label=Signal::derive(move || if busy.get() { l.checking } else { l.check }.to_owned())
                    name=format!("{}: {name}", l.check)
                    off=busy
                    testid="verify"
                    on_press=move |()| act(VerifyFile { agreement, index }, busy, wrong, move |_| again.run(()))
                />
                <TextButton
                    label=l.open_folder.to_owned()
                    icon=Icon::FolderOpen
                    name=format!("{}: {name}", l.open_folder)
                    testid="open-folder"
                    on_press=move |()| {
                        let path = path.clone();
                        spawn_local(async move {
                            if let Err(error) = ipc::reveal(&path).await {
                                wrong.try_set(Some(error));
                            }
                        });
                    }
                />
            </div>
            {move || wrong.get().map(|error| view! { <p class="hint wrong" role="alert">{app.say(&error.message)}</p> })}
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

/// A download under way, and how to steer it.
#[component]
pub(super) fn Running(download: DownloadView) -> impl IntoView {
    let app = app();
    let l = &app.texts().library;
    let busy = RwSignal::new(false);
    let wrong = RwSignal::new(None::<ApiError>);
    let id = download.id;
    let steer = move |order| {
        act(SteerDownload { id, order }, busy, wrong, move |download| {
            app.answer_download(download);
        });
    };
    let words = running_words(&download, app);
    let held = matches!(download.state, DownloadState::Paused | DownloadState::Failed);
    let kind = match download.state {
        DownloadState::Paused => "held",
        DownloadState::Failed => "failed",
        _ => "",
    };
    let total = download.total.or((download.state == DownloadState::Queued).then_some(1));
    view! {
        <div class="tight" data-testid="download-progress">
            <div class="apart small">
                <span class="num">{words}</span>
                <span class="steer">
                    {if held {
                        view! { <TextButton label=l.resume.to_owned() icon=Icon::Play testid="download-resume" on_press=move |()| steer(DownloadOrder::Resume) /> }
                    } else {
                        view! { <TextButton label=l.pause.to_owned() icon=Icon::Pause testid="download-pause" on_press=move |()| steer(DownloadOrder::Pause) /> }
                    }}
                    <TextButton label=l.stop.to_owned() icon=Icon::X testid="download-cancel" on_press=move |()| steer(DownloadOrder::Cancel) />
                </span>
            </div>
            <Bar name=fill(l.bar, &[("name", &download.file)]) done=download.done total kind />
            {download.trouble.filter(|_| held).map(|error| view! { <Trouble error money=l.still_yours /> })}
            <TroubleHere wrong />
        </div>
    }
}
