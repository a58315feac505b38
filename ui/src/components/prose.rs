//! Words of a publisher, drawn block by block from typed data: nothing in them can be markup.

use crate::{
    app::app,
    components::{Button, Copyable, Glyph, Icon, Sheet, TroubleHere},
    ipc,
};
use api::{ApiError, Block, Inline};
use leptos::{prelude::*, task::spawn_local};

/// How deep lists and quotations are followed.
const DEEPEST: u8 = 6;

/// A text of blocks.
#[component]
pub(crate) fn Prose(blocks: Vec<Block>) -> impl IntoView {
    view! { <div class="prose">{blocks.into_iter().map(|b| block(b, 0)).collect_view()}</div> }
}

fn block(block: Block, depth: u8) -> AnyView {
    if depth > DEEPEST {
        return ().into_any();
    }
    let blocks = |list: Vec<Block>| list.into_iter().map(|b| self::block(b, depth + 1)).collect_view();
    match block {
        Block::Heading { level, content } => match level {
            1 | 2 => view! { <h2>{inlines(content, 0)}</h2> }.into_any(),
            3 => view! { <h3>{inlines(content, 0)}</h3> }.into_any(),
            _ => view! { <h4>{inlines(content, 0)}</h4> }.into_any(),
        },
        Block::Paragraph { content } => view! { <p>{inlines(content, 0)}</p> }.into_any(),
        Block::List { start: None, items } => {
            view! { <ul>{items.into_iter().map(|item| view! { <li>{blocks(item)}</li> }).collect_view()}</ul> }.into_any()
        }
        Block::List { start: Some(start), items } => {
            view! { <ol start=start.to_string()>{items.into_iter().map(|item| view! { <li>{blocks(item)}</li> }).collect_view()}</ol> }
                .into_any()
        }
        Block::Quote { content } => view! { <blockquote>{blocks(content)}</blockquote> }.into_any(),
        Block::Code { text } => view! { <pre tabindex="0"><code>{text}</code></pre> }.into_any(),
        Block::Table { head, rows } => view! {
            <div class="table-scroll" tabindex="0">
                <table>
                    <thead>
                        <tr>{head.into_iter().map(|cell| view! { <th scope="col">{inlines(cell, 0)}</th> }).collect_view()}</tr>
                    </thead>
                    <tbody>
                        {rows
                            .into_iter()
                            .map(|row| {
                                view! {
                                    <tr>{row.into_iter().map(|cell| view! { <td>{inlines(cell, 0)}</td> }).collect_view()}</tr>
                                }
                            })
                            .collect_view()}
                    </tbody>
                </table>
            </div>
        }
        .into_any(),
        Block::Rule => view! { <hr /> }.into_any(),
    }
}

fn inlines(list: Vec<Inline>, depth: u8) -> AnyView {
    if depth > DEEPEST {
        return ().into_any();
    }
    list.into_iter()
        .map(|inline| match inline {
            Inline::Text { text } => text.into_any(),
            Inline::Emphasis { content } => view! { <em>{inlines(content, depth + 1)}</em> }.into_any(),
            Inline::Strong { content } => view! { <strong>{inlines(content, depth + 1)}</strong> }.into_any(),
            Inline::Code { text } => view! { <code>{text}</code> }.into_any(),
            Inline::Link { content, url } => view! { <Outward url words=inlines(content, depth + 1) /> }.into_any(),
            Inline::Break => view! { <br /> }.into_any(),
        })
        .collect_view()
        .into_any()
}

/// The host of a web address, as shown beside a link.
fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split(['/', '?', '#']).next().unwrap_or(rest).rsplit('@').next().unwrap_or(rest)
}

/// A link to the web. It shows its host, and asks before it opens the browser.
#[component]
pub(crate) fn Outward(url: String, words: AnyView) -> impl IntoView {
    let t = app().texts();
    let asking = RwSignal::new(false);
    let wrong = RwSignal::new(None::<ApiError>);
    let shown_host = host(&url).to_owned();
    let address = StoredValue::new(url);
    let open = Callback::new(move |()| {
        wrong.set(None);
        spawn_local(async move {
            match ipc::open_link(&address.get_value()).await {
                Ok(()) => {
                    asking.try_set(false);
                }
                Err(error) => {
                    wrong.try_set(Some(error));
                }
            }
        });
    });
    view! {
        <button type="button" class="textual outward" on:click=move |_| asking.set(true)>
            <span>{words}" "<span class="host">"("{shown_host}")"</span><Glyph icon=Icon::ExternalLink /></span>
        </button>
        {move || {
            asking
                .get()
                .then(|| {
                    view! {
                        <Sheet title=t.shell.leaves on_close=move |()| asking.set(false)>
                            <div class="stack">
                                <p>{t.shell.leaves_why}</p>
                                <Copyable name=t.shell.leaves value=address.get_value() />
                                <TroubleHere wrong />
                            </div>
                            <div class="apart end">
                                <Button kind="quiet" label=t.shell.not_now.to_owned() on_press=move |()| asking.set(false) />
                                <Button kind="primary" label=t.shell.open_browser.to_owned() on_press=open />
                            </div>
                        </Sheet>
                    }
                })
        }}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_shown_is_the_host_gone_to() {
        assert_eq!(host("https://example.org/a?b"), "example.org");
        assert_eq!(host("https://bank.example@evil.test/x"), "evil.test");
        assert_eq!(host("http://example.org:8080#x"), "example.org:8080");
    }
}
