//! `neuston template …` and `neuston list …`

use crate::{
    agreement_shapes as shapes,
    arguments::{Item, List, Template},
    session::Session,
};
use api::{ApiError, ListView, RoleView, TemplateState, TemplateView};
use protocol::{Hash32, hash::keccak256, shape::Kind};

pub(super) async fn run(session: &Session, template: Template) -> Result<(), ApiError> {
    match template {
        Template::List => {
            let views = session.ask(api::ListTemplates {}).await?;
            let all = crate::shapes::list(views.iter().map(shapes::template).collect());
            session.output.answer(&all, || views.iter().map(line).collect::<Vec<_>>().join("\n"));
            Ok(())
        }
        Template::Propose { name, condition: conditions, actor: actors } => {
            session.unlock().await?;
            answer(session, &session.ask(api::ProposeTemplate { name, conditions, actors }).await?)
        }
        Template::Approve { template } => {
            session.unlock().await?;
            answer(session, &session.ask(api::ApproveTemplate { template }).await?)
        }
        Template::Revoke { template } => {
            session.unlock().await?;
            answer(session, &session.ask(api::RevokeTemplate { template }).await?)
        }
        Template::Roles => roles(session, &session.ask(api::ListRoles {}).await?),
        Template::AddRole { name } => {
            session.unlock().await?;
            roles(session, &session.ask(api::ChangeRole { name, registered: true }).await?)
        }
        Template::RemoveRole { name } => {
            session.unlock().await?;
            roles(session, &session.ask(api::ChangeRole { name, registered: false }).await?)
        }
    }
}

fn answer(session: &Session, view: &TemplateView) -> Result<(), ApiError> {
    session.output.answer(&shapes::template(view), || line(view));
    Ok(())
}

fn line(view: &TemplateView) -> String {
    let state = match view.state {
        TemplateState::Proposed => "proposed",
        TemplateState::Approved => "approved",
        TemplateState::Revoked => "revoked",
    };
    let kinds: Vec<&str> = view.conditions.iter().map(|kind| kind.map_or("?", Kind::name)).collect();
    let name = view.name.as_deref().unwrap_or("").escape_debug();
    format!("{}  {state}  {}  ({})  {name}", view.id, kinds.join(", "), view.actors.join(", ").escape_debug())
}

fn roles(session: &Session, views: &[RoleView]) -> Result<(), ApiError> {
    let all = crate::shapes::list(views.iter().map(shapes::role).collect());
    session.output.answer(&all, || {
        let line = |view: &RoleView| {
            let taken_back = if view.registered { "" } else { "  taken back" };
            format!("{}  {}{taken_back}", view.id, view.name.escape_debug())
        };
        views.iter().map(line).collect::<Vec<_>>().join("\n")
    });
    Ok(())
}

pub(super) async fn list(session: &Session, list: List) -> Result<(), ApiError> {
    let view = match list {
        List::Show => session.ask(api::GetList {}).await?,
        List::Add(item) => change(session, &item, true).await?,
        List::Remove(item) => change(session, &item, false).await?,
    };
    session.output.answer(&shapes::list(&view), || match view.items.is_empty() {
        true => "Nothing is in your list.".to_owned(),
        false => view.items.iter().map(Hash32::to_string).collect::<Vec<_>>().join("\n"),
    });
    Ok(())
}

async fn change(session: &Session, item: &Item, listed: bool) -> Result<ListView, ApiError> {
    let item = match (&item.text, item.word) {
        (Some(text), _) => Hash32(keccak256(text)),
        (None, word) => word.unwrap_or_default(),
    };
    session.unlock().await?;
    session.ask(api::ChangeList { item, listed }).await
}
