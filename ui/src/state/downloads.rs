//! A download in the words of whoever listens instead of looking.

use crate::{
    state::amounts,
    texts::{Texts, Tongue, fill},
};
use api::{DownloadState, DownloadView, Verdict};

/// What is known about a saved file.
pub(crate) const fn verdict(verdict: Verdict, t: &Texts) -> &'static str {
    let l = &t.library;
    match verdict {
        Verdict::Absent => l.absent,
        Verdict::Verified => l.verified,
        Verdict::Unverifiable => l.unverifiable,
        Verdict::Different => l.different,
        Verdict::Missing => l.gone,
    }
}

/// What a check of all files found, by name; `None` where a file could not be checked.
pub(crate) fn checked(found: &[(String, Option<Verdict>)], t: &Texts) -> String {
    let l = &t.library;
    let all = found.iter().all(|(_, found)| found.is_some());
    let wrong = found.iter().filter_map(|(name, found)| match found {
        Some(Verdict::Verified | Verdict::Unverifiable) | None => None,
        Some(other) => Some(format!("{name}: {}.", verdict(*other, t))),
    });
    std::iter::once(if all { l.checked } else { l.checked_not_all }.to_owned())
        .chain(wrong)
        .collect::<Vec<_>>()
        .join(" ")
}

/// What to say aloud when one view of a download follows another: how it ended, before that each quarter that has come;
/// `None` in between.
pub(crate) fn news(before: Option<&DownloadView>, after: &DownloadView, t: &Texts, tongue: Tongue) -> Option<String> {
    let l = &t.library;
    let done = amounts::size(after.done, tongue);
    let turned = before.is_none_or(|before| before.state != after.state);
    let said = match after.state {
        DownloadState::Done if turned => verdict(after.verdict, t).to_owned(),
        DownloadState::Failed if turned => {
            let why = after.trouble.as_ref().map(|trouble| format!(". {}", trouble.message.said_in(&tongue)));
            format!("{}{}", fill(l.failed, &[("done", &done)]), why.unwrap_or_default())
        }
        DownloadState::Running if before.is_some_and(|before| quarters(before) < quarters(after)) => {
            let total = amounts::size(after.total.unwrap_or(after.done), tongue);
            fill(l.running, &[("done", &done), ("total", &total)])
        }
        _ => return None,
    };
    Some(format!("{}: {said}", after.file))
}

/// How many quarters are there. The last one is there when it is done, and not before.
fn quarters(download: &DownloadView) -> u64 {
    amounts::percent(download.done, download.total).map_or(0, |percent| percent / 25).min(3)
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::{ApiError, Code};
    use protocol::AgreementId;

    fn download(state: DownloadState, done: u64) -> DownloadView {
        DownloadView {
            id: 1,
            agreement: AgreementId([1; 32]),
            name: "River levels".into(),
            index: 0,
            file: "levels.csv".into(),
            path: "/saved/levels.csv".into(),
            state,
            done,
            total: Some(4_000_000),
            speed: 1,
            sha256: None,
            verdict: Verdict::Absent,
            trouble: None,
        }
    }

    fn said(before: &DownloadView, after: &DownloadView) -> Option<String> {
        let said = news(Some(before), after, Texts::of(Tongue::English), Tongue::English);
        said.map(|said| said.replace('\u{a0}', " "))
    }

    #[test]
    fn each_quarter_is_said_once_and_nothing_in_between() {
        let at = |done| download(DownloadState::Running, done);
        let way: Vec<DownloadView> = (0..=40).map(|step| at(step * 100_000)).collect();
        let heard: Vec<String> = way.windows(2).filter_map(|pair| said(&pair[0], &pair[1])).collect();
        assert_eq!(heard, ["levels.csv: 1 MB of 4 MB", "levels.csv: 2 MB of 4 MB", "levels.csv: 3 MB of 4 MB"]);
        assert_eq!(said(&at(100_000), &DownloadView { total: None, ..at(3_000_000) }), None, "of an unknown whole");
    }

    #[test]
    fn that_all_files_are_checked_is_said_only_where_they_are() {
        let t = Texts::of(Tongue::English);
        let file = |name: &str, found| (name.to_owned(), found);
        let fine = file("a.csv", Some(Verdict::Verified));
        assert_eq!(checked(&[fine.clone(), file("b.csv", Some(Verdict::Unverifiable))], t), "All files are checked.");
        let other = file("c.csv", Some(Verdict::Different));
        assert_eq!(
            checked(&[fine.clone(), other.clone()], t),
            "All files are checked. c.csv: Not the bytes that were sold."
        );
        let said = checked(&[fine, file("d.csv", None), other], t);
        assert_eq!(said, "Not all files could be checked. c.csv: Not the bytes that were sold.");
    }

    #[test]
    fn how_it_ended_is_said_once() {
        let running = download(DownloadState::Running, 3_900_000);
        let done = DownloadView { verdict: Verdict::Verified, ..download(DownloadState::Done, 4_000_000) };
        assert_eq!(said(&running, &done).as_deref(), Some("levels.csv: Verified, on this computer"));
        assert_eq!(said(&done, &done), None);
        let trouble = Some(ApiError::new(Code::Unreachable, "There is no answer.", "Go on."));
        let failed = DownloadView { trouble, ..download(DownloadState::Failed, 1_000_000) };
        assert_eq!(said(&running, &failed).as_deref(), Some("levels.csv: Stopped at 1 MB. There is no answer."));
        assert_eq!(said(&failed, &failed), None);
    }
}
