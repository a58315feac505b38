//! Keeping a draft on disk: one keeping at a time, so that a new draft gets one number, and the newest words last.

use crate::state::drafts;
use api::Draft;

/// What is on disk of a draft, and what is on its way there.
#[derive(Debug, Default)]
pub(crate) struct Keeping {
    /// Its number on disk; 0 before it was kept.
    id: u64,
    /// What is on disk.
    kept: Draft,
    /// What is on its way.
    sent: Option<Draft>,
    /// What came meanwhile.
    next: Option<Draft>,
    /// Whether nothing is to be kept any more.
    ended: bool,
}

impl Keeping {
    /// Of a draft that comes from the disk.
    pub(crate) fn of(draft: &Draft) -> Self {
        Self { id: draft.id, kept: drafts::content(draft), ..Self::default() }
    }

    /// Takes the newest state of the draft; gives back what is to be sent now.
    pub(crate) fn offer(&mut self, draft: &Draft) -> Option<Draft> {
        let content = drafts::content(draft);
        if self.ended {
            return None;
        }
        if self.sent.is_some() {
            self.next = Some(content);
            return None;
        }
        let nothing = self.id == 0 && content.files.is_empty() && content.name.is_empty();
        if nothing || content == self.kept {
            return None;
        }
        self.sent = Some(content.clone());
        Some(Draft { id: self.id, ..content })
    }

    /// Takes the answer to what was sent: its number, or `None` where it could not be kept. Gives back what is to be sent
    /// next.
    pub(crate) fn answered(&mut self, id: Option<u64>) -> Option<Draft> {
        let sent = self.sent.take();
        if let (Some(id), Some(sent)) = (id, sent) {
            self.id = id;
            self.kept = sent;
        }
        let next = self.next.take()?;
        self.offer(&next)
    }

    /// Whether nothing is on its way.
    pub(crate) fn rests(&self) -> bool {
        self.sent.is_none()
    }

    /// From now on nothing is kept: the draft has become a publication and ends with it, or another network is in use, whose
    /// drafts are others.
    pub(crate) fn end(&mut self) {
        self.ended = true;
        self.next = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(name: &str) -> Draft {
        Draft { name: name.into(), ..Draft::default() }
    }

    fn sent(draft: Option<Draft>) -> Option<(u64, String)> {
        draft.map(|draft| (draft.id, draft.name))
    }

    #[test]
    fn what_is_typed_while_a_draft_is_on_its_way_is_kept_after_it_under_one_number() {
        let mut keeping = Keeping::default();
        assert_eq!(sent(keeping.offer(&named("a"))), Some((0, "a".into())));
        assert_eq!(keeping.offer(&named("ab")), None, "one at a time");
        assert_eq!(keeping.offer(&named("abc")), None);
        assert!(!keeping.rests());
        assert_eq!(sent(keeping.answered(Some(7))), Some((7, "abc".into())), "the newest, and no second draft");
        assert_eq!(keeping.answered(Some(7)), None);
        assert!(keeping.rests());
        assert_eq!(keeping.offer(&named("abc")), None, "it is there");
    }

    #[test]
    fn what_was_taken_back_meanwhile_is_not_sent_again() {
        let mut keeping = Keeping::default();
        keeping.offer(&named("a"));
        keeping.offer(&named("ab"));
        keeping.offer(&named("a"));
        assert_eq!(keeping.answered(Some(7)), None);
    }

    #[test]
    fn what_could_not_be_kept_is_sent_with_what_comes_next() {
        let mut keeping = Keeping::default();
        keeping.offer(&named("a"));
        assert_eq!(keeping.answered(None), None, "nobody knocks again and again by themselves");
        assert_eq!(sent(keeping.offer(&named("a"))), Some((0, "a".into())));
        keeping.offer(&named("ab"));
        assert_eq!(sent(keeping.answered(None)), Some((0, "ab".into())));
    }

    #[test]
    fn an_empty_form_is_no_draft_and_an_emptied_draft_is_one() {
        assert_eq!(Keeping::default().offer(&Draft { price: "4".into(), ..Draft::default() }), None);
        let kept = Draft { id: 3, saved: "today".into(), ..named("a") };
        let mut keeping = Keeping::of(&kept);
        assert_eq!(keeping.offer(&kept), None, "neither number nor time is news");
        assert_eq!(sent(keeping.offer(&named(""))), Some((3, String::new())));
    }

    #[test]
    fn a_draft_that_became_a_publication_does_not_come_back() {
        let mut keeping = Keeping::of(&Draft { id: 3, ..named("a") });
        keeping.end();
        assert_eq!(keeping.offer(&named("ab")), None);
    }

    #[test]
    fn what_waited_for_its_turn_goes_nowhere_once_the_network_is_another_one() {
        let mut keeping = Keeping::of(&Draft { id: 3, ..named("a") });
        assert_eq!(sent(keeping.offer(&named("ab"))), Some((3, "ab".into())));
        keeping.offer(&named("abc"));
        keeping.end();
        assert_eq!(keeping.answered(Some(3)), None, "draft 3 of the other network is not this one");
        assert_eq!(keeping.offer(&named("abcd")), None);
    }
}
