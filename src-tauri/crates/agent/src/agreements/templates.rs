//! Templates and roles of one's own.

use super::saying;
use crate::{
    core::{Core, chain, outbox},
    errors,
    policy::Action,
};
use api::{ApiError, Code, RoleView, TemplateState, TemplateView};
use keeper::Template;
use protocol::{
    Signer, TemplateId,
    shape::Kind,
    templates::{actor_type_id, template_id},
    tx::Call,
};
use runner::{Batch, Item, Key, Point};
use std::sync::Arc;

/// The most conditions or roles of a template.
const MOST: usize = 32;

/// A template by its name or id.
fn id_of(text: &str) -> Result<TemplateId, ApiError> {
    if text.starts_with("0x") && text.len() == 66 {
        return text.parse().map_err(|error| saying::told(Code::Invalid, format!("{error}."), "Look at the id."));
    }
    Ok(template_id(text))
}

impl Core {
    async fn template_view(&self, id: TemplateId, found: Template) -> Result<TemplateView, ApiError> {
        let mut actors = Vec::new();
        let roles = self.keeper.actor_types().await.map_err(chain)?;
        for wanted in found.actor_types {
            let known = roles.iter().find(|(id, ..)| *id == wanted);
            actors.push(known.map_or_else(|| wanted.to_string(), |(_, name, _)| crate::describe::plain(name, 64)));
        }
        Ok(TemplateView {
            id,
            name: self.name_of(id).await?,
            state: match found.state {
                keeper::TemplateState::Proposed => TemplateState::Proposed,
                keeper::TemplateState::Approved => TemplateState::Approved,
                keeper::TemplateState::Revoked => TemplateState::Revoked,
            },
            proposer: found.proposer,
            conditions: found.conditions.into_iter().map(|contract| self.kind_of(contract)).collect(),
            actors,
        })
    }

    pub(crate) async fn templates(&self) -> Result<Vec<TemplateView>, ApiError> {
        self.keeps_shapes()?;
        let mut views = Vec::new();
        for id in self.keeper.proposed_templates().await.map_err(chain)? {
            if let Some(found) = self.keeper.template(id).await.map_err(chain)? {
                views.push(self.template_view(id, found).await?);
            }
        }
        Ok(views)
    }

    /// Whether agreements of other shapes can be made here at all.
    pub(super) fn keeps_shapes(&self) -> Result<(), ApiError> {
        if self.keeper.contracts().are_v01() { Err(saying::only_sales()) } else { Ok(()) }
    }

    async fn template_of(&self, id: TemplateId) -> Result<Option<Template>, ApiError> {
        self.keeps_shapes()?;
        self.keeper.agreed().await.map_err(chain)?.template(id).await.map_err(chain)
    }

    /// Proposes a template; the same one again is there already.
    pub(crate) async fn propose_template(
        &self,
        name: String,
        conditions: Vec<Kind>,
        actors: Vec<String>,
    ) -> Result<TemplateView, ApiError> {
        self.keeps_shapes()?;
        let wrong = |what: &str, field: &str| saying::told(Code::Invalid, what, "Nothing was sent.").at(field);
        if name.is_empty() || name.len() > 200 || name.starts_with("0x") {
            return Err(wrong("A template needs a name of up to 200 letters that does not begin with 0x.", "name"));
        }
        if conditions.is_empty() || conditions.len() > MOST {
            return Err(wrong("A template has 1 to 32 conditions.", "conditions"));
        }
        if actors.len() > MOST {
            return Err(wrong("A template has at most 32 roles.", "actors"));
        }
        let contracts = *self.keeper.contracts();
        let addresses = conditions.iter().map(|kind| contracts.find(kind.contract_name()));
        let addresses = addresses.collect::<Result<Vec<_>, _>>().map_err(chain)?;
        let roles: Vec<_> = actors.iter().map(|role| actor_type_id(role)).collect();
        let known = self.keeper.actor_types().await.map_err(chain)?;
        for (name, id) in actors.iter().zip(&roles) {
            if !known.iter().any(|(known, _, registered)| known == id && *registered) {
                return Err(saying::told(
                    Code::NotFound,
                    format!("The network has no role “{}”.", crate::describe::plain(name, 64)),
                    "The network's operator registers it with: neuston template add-role",
                )
                .at("actors"));
            }
        }
        let id = template_id(&name);
        self.store.name_template(name.clone()).await.map_err(errors::store)?;
        if let Some(found) = self.template_of(id).await? {
            if found.conditions == addresses && found.actor_types == roles {
                return self.template_view(id, found).await;
            }
            return Err(saying::told(
                Code::Refused,
                "A template of this name is there already, and it is another one.",
                "Choose another name. Nothing was sent.",
            )
            .at("name"));
        }
        self.policy.allows(&Action::Template { template: id })?;
        let signer = self.signer()?;
        self.send_as(signer, contracts.propose_template(id, &addresses, &roles, &name)).await?;
        self.known_template(id).await
    }

    async fn known_template(&self, id: TemplateId) -> Result<TemplateView, ApiError> {
        let found = self.template_of(id).await?.ok_or_else(saying::no_template)?;
        self.template_view(id, found).await
    }

    pub(crate) async fn approve_template(&self, text: &str) -> Result<TemplateView, ApiError> {
        let id = id_of(text)?;
        let found = self.template_of(id).await?.ok_or_else(saying::no_template)?;
        if found.state == keeper::TemplateState::Proposed {
            self.policy.allows(&Action::Template { template: id })?;
            let owner = self.operator().await?;
            self.send_as(owner, self.keeper.contracts().approve_template(id)).await?;
        }
        let view = self.known_template(id).await?;
        match view.state {
            TemplateState::Approved => Ok(view),
            _ => Err(saying::usable(keeper::TemplateState::Revoked).err().unwrap_or_else(saying::no_template)),
        }
    }

    pub(crate) async fn revoke_template(&self, text: &str) -> Result<TemplateView, ApiError> {
        let id = id_of(text)?;
        let found = self.template_of(id).await?.ok_or_else(saying::no_template)?;
        match found.state {
            keeper::TemplateState::Revoked => {}
            keeper::TemplateState::Proposed => {
                return Err(saying::told(
                    Code::Refused,
                    "This template is not approved: the network revokes only what is.",
                    "Leave it as it is; nobody can use it. Nothing was sent.",
                ));
            }
            keeper::TemplateState::Approved => {
                self.policy.allows(&Action::Template { template: id })?;
                let signer = self.signer()?;
                let signer = if signer.address() == found.proposer { signer } else { self.operator().await? };
                self.send_as(signer, self.keeper.contracts().revoke_template(id)).await?;
            }
        }
        self.known_template(id).await
    }

    pub(crate) async fn roles(&self) -> Result<Vec<RoleView>, ApiError> {
        self.keeps_shapes()?;
        let found = self.keeper.actor_types().await.map_err(chain)?;
        let view = |(id, name, registered): (_, String, _)| RoleView {
            id,
            name: crate::describe::plain(&name, 64),
            registered,
        };
        Ok(found.into_iter().map(view).collect())
    }

    /// Registers a role or takes it back; what is so already stays so.
    pub(crate) async fn change_role(&self, name: String, registered: bool) -> Result<Vec<RoleView>, ApiError> {
        self.keeps_shapes()?;
        let id = actor_type_id(&name);
        let known = self.keeper.agreed().await.map_err(chain)?.actor_types().await.map_err(chain)?;
        let now = known.iter().find(|(known, ..)| *known == id).map(|(.., registered)| *registered);
        if now == Some(registered) {
            return self.roles().await;
        }
        if now.is_none() && !registered {
            return Err(errors::not_found("This role is not here.", "See what there is with: neuston template roles"));
        }
        if now == Some(false) {
            return Err(saying::told(
                Code::Refused,
                "This role was taken back, and that is for good.",
                "Register another name. Nothing was sent.",
            ));
        }
        if name.is_empty() || name.len() > 64 {
            return Err(saying::told(Code::Invalid, "A role's name has 1 to 64 letters.", "Choose another.").at("name"));
        }
        self.policy.allows(&Action::Role { name: name.clone() })?;
        let owner = self.operator().await?;
        let contracts = self.keeper.contracts();
        let call = if registered { contracts.register_actor_type(&name) } else { contracts.deregister_actor_type(id) };
        self.send_as(owner, call).await?;
        self.roles().await
    }

    /// Who decides about the network's templates: an account of this home, or the key of the network that this home runs.
    async fn operator(&self) -> Result<Arc<dyn Signer>, ApiError> {
        // Whoever asks is at the keyboard, whichever key signs.
        let signer = self.signer()?;
        let owner = self.keeper.agreed().await.map_err(chain)?.templates_owner().await.map_err(chain)?;
        if signer.address() == owner {
            return Ok(signer);
        }
        if let Some(operator) = self.operator_key.as_ref().filter(|key| key.address() == owner) {
            return Ok(operator.clone());
        }
        let next = match self.keeper.contracts().governance {
            Some(governance) if governance == owner => {
                "The network's operators decide together; ask one of them to propose it to the others."
            }
            _ => "Ask whoever runs the network. Its operator uses the account that put the contracts there.",
        };
        Err(saying::told(Code::Refused, format!("Only {owner} decides about this network's templates."), next))
    }

    /// One transaction outside any agreement.
    pub(super) async fn send_as(&self, signer: Arc<dyn Signer>, call: Call) -> Result<(), ApiError> {
        let key = Key::other(format!("other:{}", hex::encode(rand::random::<[u8; 16]>())));
        let items = vec![Item::new(key, call)];
        let ended = self.outbox.run(Batch { signer, items, not_after: None, point: Point::OtherSigned }).await;
        self.moved.notify_one();
        ended.map(drop).map_err(outbox)
    }
}
