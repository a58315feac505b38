//! The first page: which files.

use super::{form, form::Form};
use crate::{
    app::Asked,
    components::{Button, Glyph, Icon, TextButton, Trouble},
    ipc,
    pages::listing::{Columns, file_icon},
    state::{amounts, moments, sources},
    texts::many,
};
use api::{ApiError, Draft, DropDraft, FilePreview, FileSource, ListDrafts};
use leptos::{html::Li, prelude::*, task::spawn_local};

/// A file of the draft, as it is shown.
struct Card {
    source: FileSource,
    /// What it is called among the others.
    name: String,
}

/// The files, in the order of the draft.
fn cards(form: Form) -> Vec<Card> {
    let looked = form.previews.get();
    form.draft.with_untracked(|draft| {
        let named = |(source, _)| Card { name: sources::called(&source, &draft.files), source };
        looked.into_iter().map(named).collect()
    })
}

/// What makes a card another one: its whole file, and what that is called now. A look into it only changes what it says.
fn key(card: &Card) -> (String, String) {
    (format!("{:?}", card.source), card.name.clone())
}

/// Drop, choose or type.
#[component]
pub(super) fn Files() -> impl IntoView {
    let form = form();
    let p = &form.app.texts().publish;
    let none = Memo::new(move |_| form.draft.with(|d| d.files.is_empty()));
    let failed = RwSignal::new(None::<ApiError>);
    let choose = move |_| {
        spawn_local(async move {
            match ipc::pick_files().await {
                Ok(paths) => paths.into_iter().for_each(|path| form.add(FileSource::Local { path })),
                Err(error) => {
                    failed.try_set(Some(error));
                }
            }
        });
    };
    let typed = RwSignal::new(String::new());
    let add = move || {
        if let Some(source) = sources::source(&typed.get_untracked()) {
            form.add(source);
            typed.set(String::new());
        }
    };
    let wrong = form.wrong_at("files");
    view! {
        <div class="stack">
            <ul>
                <For each=move || cards(form) key=key let:card>
                    <FileCard card />
                </For>
            </ul>
            {move || {
                (form.tried.get() && form.unread.get())
                    .then(|| view! { <p class="hint wrong" role="alert" data-testid="publish-unread">{p.need_readable}</p> })
            }}
            <button type="button" class="drop" class:lean=move || !none.get() data-testid="publish-drop" on:click=choose>
                <Glyph icon=Icon::Upload class="icon big" />
                <span>
                    <b>{move || if none.get() { p.drop } else { p.add_more }}</b>
                    <br />
                    <small>{p.drop_more}</small>
                </span>
            </button>
            {move || failed.get().map(|error| view! { <Trouble error /> })}
            <form
                class="field"
                on:submit=move |ev| {
                    ev.prevent_default();
                    add();
                }
            >
                <label for="publish-path">{p.path}</label>
                <div class="apart">
                    <input
                        class="input"
                        id="publish-path"
                        type="text"
                        autocomplete="off"
                        spellcheck="false"
                        data-testid="publish-path"
                        aria-describedby="publish-path-hint"
                        aria-invalid=move || wrong.get().is_some().then_some("true")
                        prop:value=move || typed.get()
                        on:input:target=move |ev| typed.set(ev.target().value())
                    />
                    <Button label=p.add.to_owned() submit=true off=Signal::derive(move || typed.with(|t| t.trim().is_empty())) testid="publish-add" />
                </div>
                {move || match wrong.get() {
                    Some(wrong) => view! { <p class="hint wrong" id="publish-path-hint" role="alert">{wrong}</p> }.into_any(),
                    None => view! { <p class="hint" id="publish-path-hint">{p.path_hint}</p> }.into_any(),
                }}
            </form>
            {move || {
                let columns = form.draft.with(|d| d.columns.clone());
                (!columns.is_empty()).then(|| view! { <Columns columns /> })
            }}
            {move || none.get().then(|| view! { <Drafts /> })}
        </div>
    }
}

#[component]
fn FileCard(card: Card) -> impl IntoView {
    let form = form();
    let p = &form.app.texts().publish;
    let Card { source, name } = card;
    let whole = sources::whole(&source).to_owned();
    let place = if matches!(source, FileSource::Local { .. }) { p.stays } else { p.is_link };
    let (again, out) = (source.clone(), source.clone());
    let asked = Memo::new(move |_| {
        let looked = form.previews.with(|all| all.iter().find(|(of, _)| *of == source).map(|(_, asked)| asked.clone()));
        looked.unwrap_or(Asked::Waiting)
    });
    let icon = Memo::new(move |_| {
        asked.with(|asked| match asked {
            Asked::There(preview) => file_icon(&preview.format),
            Asked::Waiting | Asked::Failed(_) => Icon::File,
        })
    });
    let said = move || {
        asked.with(|asked| match asked {
            Asked::Waiting => p.reading.to_owned(),
            Asked::Failed(_) => place.to_owned(),
            Asked::There(preview) => facts(form, preview, place),
        })
    };
    let warning = move || {
        asked.with(|asked| match asked {
            Asked::There(preview) => preview.warning.as_ref().map(|warning| form.app.say(warning)),
            Asked::Waiting | Asked::Failed(_) => None,
        })
    };
    let failed = move || {
        asked.with(|asked| match asked {
            Asked::Failed(error) => Some(error.clone()),
            Asked::Waiting | Asked::There(_) => None,
        })
    };
    let unread = move || asked.with(|asked| matches!(asked, Asked::Failed(_))).then_some("");
    let card = NodeRef::<Li>::new();
    let look_again = Callback::new(move |()| {
        form.look_again(&again);
        // The button goes with what it was pressed for: whoever pressed it stays at the file.
        if let Some(card) = card.get_untracked() {
            drop(card.focus());
        }
    });
    view! {
        <li data-testid="publish-file" data-unread=unread tabindex="-1" node_ref=card>
            <div class="file-card">
                {move || view! { <Glyph icon=icon.get() class="icon big" /> }}
                <div class="grow">
                    <b class="clip" title=whole>{name.clone()}</b>
                    <br />
                    <small role="status">{said}</small>
                </div>
                <TextButton
                    label=p.remove.to_owned()
                    name=format!("{}: {name}", p.remove)
                    testid="publish-remove"
                    on_press=move |()| form.remove(&out)
                />
            </div>
            {move || {
                warning()
                    .map(|warning| {
                        view! {
                            <div class="notice" role="status">
                                <Glyph icon=Icon::ShieldAlert />
                                <span>{warning}</span>
                            </div>
                        }
                    })
            }}
            {move || failed().map(|error| view! { <Trouble error retry=look_again /> })}
        </li>
    }
}

/// `9.1 MB · 132,904 rows · 6 columns · stays on this computer`.
fn facts(form: Form, preview: &FilePreview, place: &str) -> String {
    let p = &form.app.texts().publish;
    let tongue = form.app.spoken();
    let mut facts = vec![tongue.word(&preview.format).to_owned()];
    facts.extend(preview.bytes.map(|bytes| amounts::size(bytes, tongue)));
    facts.extend(preview.rows.map(|rows| many(rows, p.row, p.rows, tongue)));
    if !preview.columns.is_empty() {
        facts.push(many(preview.columns.len() as u64, p.one_column, p.columns, tongue));
    }
    facts.push(place.to_owned());
    facts.retain(|fact| !fact.is_empty());
    facts.join(" · ")
}

/// Drafts from before.
#[component]
fn Drafts() -> impl IntoView {
    let form = form();
    let t = form.app.texts();
    let p = &t.publish;
    let drafts = RwSignal::new(Vec::<Draft>::new());
    let take = move |answer: Result<Vec<Draft>, ApiError>| match answer {
        Ok(all) => {
            drafts.try_set(all);
        }
        Err(error) if form.still() => form.app.slip.set(Some(error)),
        Err(_) => {}
    };
    spawn_local(async move { take(ipc::call(ListDrafts {}).await) });
    move || {
        let now = moments::local(form.app.now.get_untracked());
        let all = drafts.get();
        (!all.is_empty()).then(|| {
            view! {
                <h2>{p.drafts}</h2>
                <ul>
                    {all
                        .into_iter()
                        .map(|draft| {
                            let name = if draft.name.is_empty() { p.draft_unnamed.to_owned() } else { draft.name.clone() };
                            let saved = moments::read(&draft.saved).map(|at| at.when(now, t)).unwrap_or_default();
                            let id = draft.id;
                            view! {
                                <li class="file-card">
                                    <Glyph icon=Icon::Pencil class="icon big" />
                                    <div class="grow">
                                        <TextButton label=name.clone() testid="draft" on_press=move |()| form.take_up(draft.clone()) />
                                        <br />
                                        <small>{saved}</small>
                                    </div>
                                    <TextButton
                                        label=p.draft_drop.to_owned()
                                        name=format!("{}: {name}", p.draft_drop)
                                        icon=Icon::Trash2
                                        on_press=move |()| spawn_local(async move { take(ipc::call(DropDraft { id }).await) })
                                    />
                                </li>
                            }
                        })
                        .collect_view()}
                </ul>
            }
        })
    }
}
