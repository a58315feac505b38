//! Holds the German catalogue to the sources of the backend: every sentence that can reach the window has its German
//! words with the same gaps, and nothing stands in the catalogue that nobody says.
//!
//! What counts as a sentence, in code that is not a test: the text of `sentence!`; a text given to a function that takes
//! one (`impl Into<Sentence>`); a text that becomes something by `.into()` or `Sentence::from`; and whatever else reads like
//! a whole sentence.

use super::SUBJECTS;
use proc_macro2::{TokenStream, TokenTree};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};
use syn::{
    Expr, ExprCall, ExprLit, ExprMethodCall, FnArg, Ident, ImplItemFn, Item, ItemImpl, Lit, LitStr, Macro, Signature,
    Token, Type,
    parse::{ParseStream, Parser as _},
    visit::{self, Visit},
};

/// Rooms whose words reach the window, from the root.
const ROOMS: [&str; 14] = [
    "src-tauri/crates/agent/src",
    "src-tauri/crates/agreement/src",
    "src-tauri/crates/api/src",
    "src-tauri/crates/brizo/src",
    "src-tauri/crates/clients/src",
    "src-tauri/crates/home/src",
    "src-tauri/crates/keeper/src",
    "src-tauri/crates/node/src",
    "src-tauri/crates/protocol/src",
    "src-tauri/crates/runner/src",
    "src-tauri/crates/transport/src",
    "src-tauri/crates/wallet/src",
    "src-tauri/src",
    "ui/src/ipc.rs",
];
/// Agreements of other shapes are made at a terminal; of what is said of them the window shows only what this file says.
const AT_A_TERMINAL: (&str, &str) = ("src-tauri/crates/agent/src/agreements", "view.rs");
/// What is not said in a window, and why.
const NOT_SAID: [(&str, &str); 9] = [
    ("Agreed. No money moved.", RECEIPT),
    ("Not opened. The payment went back to the buyer.", RECEIPT),
    ("Opened for the buyer and paid.", RECEIPT),
    ("Opened for the buyer.", RECEIPT),
    ("The payment is set aside. Nobody has it.", RECEIPT),
    (
        "Neuston's window.\n\nneuston-desktop [--home DIR]\n\n--home DIR   the data folder (also NEUSTON_HOME)\n\nWithout a window: neuston --help",
        "a terminal's",
    ),
    ("a reason", "an example in a table for developers"),
    ("the connection has ended", "the source of an error that is said otherwise"),
    ("the network names no node", "in brackets, after what is said of addresses"),
];
const RECEIPT: &str = "a receipt is for whoever checks it, and in one language";

/// What the sources say: each template with the gaps that are filled, and where it stands.
#[derive(Default)]
struct Said {
    templates: BTreeMap<String, (BTreeSet<String>, String)>,
    /// Every text, to find what nobody says.
    texts: BTreeSet<String>,
}

/// Functions that take sentences: `broken`, `ApiError::new`, and at which places.
type Takers = BTreeMap<String, BTreeSet<usize>>;

fn takes_sentence(argument: &FnArg) -> bool {
    let FnArg::Typed(argument) = argument else { return false };
    let named = |path: &syn::Path| path.segments.last().is_some_and(|last| last.ident == "Sentence");
    match argument.ty.as_ref() {
        Type::Path(of) => named(&of.path),
        Type::ImplTrait(of) => of.bounds.iter().any(|bound| {
            let syn::TypeParamBound::Trait(bound) = bound else { return false };
            let Some(into) = bound.path.segments.last().filter(|last| last.ident == "Into") else { return false };
            let syn::PathArguments::AngleBracketed(of) = &into.arguments else { return false };
            of.args.iter().any(|of| matches!(of, syn::GenericArgument::Type(Type::Path(of)) if named(&of.path)))
        }),
        _ => false,
    }
}

/// Reads the signatures of a file.
#[derive(Default)]
struct Signatures {
    takers: Takers,
    of: Option<String>,
}

impl Signatures {
    fn read(&mut self, signature: &Signature) {
        let places: BTreeSet<usize> =
            signature.inputs.iter().enumerate().filter(|(_, of)| takes_sentence(of)).map(|(at, _)| at).collect();
        if !places.is_empty() {
            let name = signature.ident.to_string();
            let name = self.of.as_ref().map_or_else(|| name.clone(), |of| format!("{of}::{name}"));
            self.takers.entry(name).or_default().extend(places);
        }
    }
}

impl<'ast> Visit<'ast> for Signatures {
    fn visit_item_impl(&mut self, item: &'ast ItemImpl) {
        if let Type::Path(of) = item.self_ty.as_ref() {
            self.of = of.path.segments.last().map(|last| last.ident.to_string());
        }
        visit::visit_item_impl(self, item);
        self.of = None;
    }

    fn visit_impl_item_fn(&mut self, item: &'ast ImplItemFn) {
        self.read(&item.sig);
    }

    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.read(&item.sig);
        visit::visit_item_fn(self, item);
    }
}

/// Reads what a file says.
struct Reader<'a> {
    takers: &'a Takers,
    said: &'a mut Said,
    file: String,
}

fn is_for_tests(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("test")
            || attribute
                .meta
                .require_list()
                .is_ok_and(|list| list.path.is_ident("cfg") && list.tokens.to_string() == "test")
    })
}

impl Reader<'_> {
    fn says(&mut self, template: String, gaps: BTreeSet<String>) {
        let place = self.said.templates.entry(template).or_insert_with(|| (gaps.clone(), self.file.clone()));
        assert_eq!(place.0, gaps, "one text with different gaps, in {} and {}", place.1, self.file);
    }

    /// The texts that an expression can become.
    fn becomes(&mut self, expression: &Expr) {
        match expression {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => self.says(text.value(), BTreeSet::new()),
            Expr::Paren(inner) => self.becomes(&inner.expr),
            Expr::Match(choice) => choice.arms.iter().for_each(|arm| self.becomes(&arm.body)),
            Expr::If(choice) => {
                self.ends(&choice.then_branch);
                if let Some((_, other)) = &choice.else_branch {
                    self.becomes(other);
                }
            }
            Expr::Block(block) => self.ends(&block.block),
            _ => {}
        }
    }

    fn ends(&mut self, block: &syn::Block) {
        if let Some(syn::Stmt::Expr(last, None)) = block.stmts.last() {
            self.becomes(last);
        }
    }

    /// `sentence!("…", name, name = expression)`.
    fn sentence(&mut self, input: ParseStream<'_>) -> syn::Result<()> {
        let template: LitStr = input.parse()?;
        let mut gaps = BTreeSet::new();
        while !input.is_empty() {
            input.parse::<Token![,]>()?;
            if input.is_empty() {
                break;
            }
            gaps.insert(input.parse::<Ident>()?.to_string());
            if input.parse::<Option<Token![=]>>()?.is_some() {
                self.visit_expr(&input.parse()?);
            }
        }
        self.said.texts.insert(template.value());
        assert_eq!(
            super::super::tests::gaps(&template.value()),
            gaps.iter().map(String::as_str).collect(),
            "{}",
            self.file
        );
        self.says(template.value(), gaps);
        Ok(())
    }

    /// Looks for sentences in the tokens of a macro that has a grammar of its own.
    fn tokens(&mut self, tokens: &TokenStream) {
        let trees: Vec<TokenTree> = tokens.clone().into_iter().collect();
        for (at, tree) in trees.iter().enumerate() {
            let next = |ahead: usize| trees.get(at + ahead).map(ToString::to_string).unwrap_or_default();
            match tree {
                TokenTree::Ident(word) if word == "sentence" && next(1) == "!" => {
                    let Some(TokenTree::Group(group)) = trees.get(at + 2) else { continue };
                    // In the macro's own definition there is no text.
                    if !matches!(group.stream().into_iter().next(), Some(TokenTree::Literal(_))) {
                        continue;
                    }
                    let read = |input: ParseStream<'_>| self.sentence(input);
                    read.parse2(group.stream()).unwrap_or_else(|error| panic!("{}: {error}", self.file));
                }
                TokenTree::Literal(literal) => {
                    if let Ok(text) = syn::parse_str::<LitStr>(&literal.to_string()) {
                        if next(1) == "." && next(2) == "into" {
                            self.converts(&text);
                        }
                        self.said.texts.insert(text.value());
                    }
                }
                TokenTree::Group(group) => self.tokens(&group.stream()),
                _ => {}
            }
        }
    }

    /// A text of more than one word that becomes something else.
    fn converts(&mut self, text: &LitStr) {
        if text.value().contains(' ') {
            self.says(text.value(), BTreeSet::new());
        }
    }
}

impl<'ast> Visit<'ast> for Reader<'_> {
    fn visit_attribute(&mut self, _: &'ast syn::Attribute) {}

    fn visit_item(&mut self, item: &'ast Item) {
        let attributes: &[syn::Attribute] = match item {
            Item::Mod(item) => &item.attrs,
            Item::Fn(item) => &item.attrs,
            Item::Impl(item) => &item.attrs,
            _ => &[],
        };
        if !is_for_tests(attributes) {
            visit::visit_item(self, item);
        }
    }

    fn visit_impl_item_fn(&mut self, item: &'ast ImplItemFn) {
        if !is_for_tests(&item.attrs) {
            visit::visit_impl_item_fn(self, item);
        }
    }

    fn visit_lit_str(&mut self, text: &'ast LitStr) {
        let text = text.value();
        let whole = text.starts_with(|c: char| c.is_uppercase() || c == '“')
            && text.ends_with('.')
            && text.split(' ').count() > 2;
        if whole {
            self.says(text.clone(), BTreeSet::new());
        }
        self.said.texts.insert(text);
    }

    fn visit_expr_call(&mut self, call: &'ast ExprCall) {
        if let Expr::Path(function) = call.func.as_ref() {
            let names: Vec<String> = function.path.segments.iter().map(|segment| segment.ident.to_string()).collect();
            let last = names.last().cloned().unwrap_or_default();
            let of_type = names.iter().rev().take(2).rev().cloned().collect::<Vec<_>>().join("::");
            let places = self.takers.get(&of_type).or_else(|| self.takers.get(&last)).cloned().unwrap_or_default();
            let from = of_type == "Sentence::from";
            for (at, argument) in call.args.iter().enumerate() {
                if from || places.contains(&at) {
                    self.becomes(argument);
                }
            }
        }
        visit::visit_expr_call(self, call);
    }

    fn visit_expr_method_call(&mut self, call: &'ast ExprMethodCall) {
        if call.method == "into" && call.args.is_empty() {
            match call.receiver.as_ref() {
                Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => self.converts(text),
                other => self.becomes(other),
            }
        }
        visit::visit_expr_method_call(self, call);
    }

    fn visit_macro(&mut self, called: &'ast Macro) {
        let name = called.path.segments.last().map(|last| last.ident.to_string()).unwrap_or_default();
        if name == "sentence" && !called.tokens.to_string().starts_with(['$', '@']) {
            let read = |input: ParseStream<'_>| self.sentence(input);
            read.parse2(called.tokens.clone()).unwrap_or_else(|error| panic!("{}: {error}", self.file));
        } else {
            self.tokens(&called.tokens);
        }
    }
}

fn sources(at: &Path, into: &mut Vec<PathBuf>) {
    if at.is_dir() {
        for entry in fs::read_dir(at).unwrap() {
            sources(&entry.unwrap().path(), into);
        }
    } else if at.extension().is_some_and(|ending| ending == "rs") && !at.ends_with("tests.rs") {
        into.push(at.to_owned());
    }
}

fn read() -> Said {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut files = Vec::new();
    ROOMS.iter().for_each(|room| sources(&root.join(room), &mut files));
    let (folder, shown) = AT_A_TERMINAL;
    files.retain(|path| !path.starts_with(root.join(folder)) || path.ends_with(shown));
    let files: Vec<(String, syn::File)> = files
        .into_iter()
        .map(|path| {
            let name = path.strip_prefix(root).unwrap().display().to_string();
            (
                name.clone(),
                syn::parse_file(&fs::read_to_string(path).unwrap()).unwrap_or_else(|e| panic!("{name}: {e}")),
            )
        })
        .collect();
    let mut signatures = Signatures::default();
    files.iter().for_each(|(_, file)| signatures.visit_file(file));
    let mut said = Said::default();
    for (name, file) in &files {
        Reader { takers: &signatures.takers, said: &mut said, file: name.clone() }.visit_file(file);
    }
    said
}

fn german() -> impl Iterator<Item = (&'static str, &'static str)> {
    SUBJECTS.iter().flat_map(|subject| subject.iter().copied())
}

#[test]
fn every_sentence_of_the_backend_has_its_german_words() {
    let said = read();
    assert!(said.templates.len() > 250, "the reader has lost its way: {} sentences", said.templates.len());
    let missing: Vec<String> = said
        .templates
        .iter()
        .filter(|(text, _)| super::german(text).is_none() && NOT_SAID.iter().all(|(known, _)| known != text))
        .map(|(text, (_, file))| format!("{file}: {text}"))
        .collect();
    assert!(missing.is_empty(), "without German words:\n{}", missing.join("\n"));
}

#[test]
fn german_words_have_the_gaps_and_the_end_of_the_english_ones_and_are_said_by_somebody() {
    let said = read();
    let mut seen = BTreeSet::new();
    for (english, german) in german() {
        let gaps = super::super::tests::gaps;
        assert_eq!(gaps(english), gaps(german), "{english}");
        assert_eq!(english.ends_with('.'), german.ends_with('.'), "{english}");
        assert!(seen.insert(english), "twice: {english}");
        assert!(said.texts.contains(english), "nobody says: {english}");
        for word in ["bitte", "erfolgreich", "!", " Sie ", "please", "oops", "successful"] {
            assert!(
                !german.contains(word) && !english.to_lowercase().contains(word),
                "{word:?} in {german} / {english}"
            );
        }
    }
}

#[test]
fn values_are_written_as_germans_write_them() {
    use crate::texts::Tongue::{English, German};
    let price = protocol::Vodka::from_ocean(1475);
    let said = api::sentence!("It costs {price} now.", price);
    assert_eq!(said.said_in(&German), "Es kostet jetzt 1.475,00.");
    assert_eq!(said.said_in(&English), "It costs 1,475.00 now.");
    let unknown = api::Sentence::verbatim("Nobody has translated this.");
    assert_eq!(unknown.said_in(&German), "Nobody has translated this.");
    assert_eq!((German.word("Web page"), German.word("CC BY 4.0")), ("Webseite", "CC BY 4.0"));
}
