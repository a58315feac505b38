//! The rules of WCAG 2.2 AA that a program can hold a page against, by axe.

use crate::app::App;
use std::{fs, path::PathBuf, sync::LazyLock};

/// The rules are axe's own, as published.
static AXE: LazyLock<String> = LazyLock::new(|| {
    let folder = std::env::var_os("NEUSTON_WITNESSES").map(PathBuf::from);
    let folder = folder.expect("cargo xtask test fetches axe from npm and says where it is");
    fs::read_to_string(folder.join("axe-core/axe.min.js")).expect("axe is where it should be")
});

impl App {
    /// What axe finds wrong with the page as it stands: each rule in its words, and where.
    pub(crate) async fn faults_by_axe(&self) -> Vec<String> {
        if self.script("return window.axe === undefined").await == true {
            self.script(&AXE).await;
        }
        let found = self
            .script_until_done(
                "const done = arguments[0]; \
                 const why = node => [...node.any, ...node.all, ...node.none].map(check => check.message).join('; '); \
                 axe.run(document, { preload: false, resultTypes: ['violations'], runOnly: { type: 'tag', \
                 values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] } }).then(\
                 all => done(all.violations.flatMap(rule => rule.nodes.map(node => \
                 `${rule.id} (${rule.help}): ${node.target.join(' ')}: ${why(node)}`))), \
                 error => done([`axe failed: ${error}`]))",
            )
            .await;
        let said = |fault: &serde_json::Value| fault.as_str().unwrap_or("axe says nothing readable").to_owned();
        found
            .as_array()
            .map_or_else(|| vec![format!("axe answers {found}")], |faults| faults.iter().map(said).collect())
    }
}
