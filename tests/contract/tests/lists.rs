//! No case is forgotten: every `pub async fn` of a suite stands in the suite's list.

use std::path::Path;
use std::{fs, iter};

fn sources(of: &Path) -> Vec<String> {
    let read = |path: &Path| fs::read_to_string(path).expect("a source file can be read");
    let folder = fs::read_dir(of.with_extension("")).into_iter().flatten().flatten();
    iter::once(read(of)).chain(folder.map(|file| read(&file.path()))).collect()
}

fn cases(text: &str) -> impl Iterator<Item = &str> {
    let signatures = text.lines().filter_map(|line| line.strip_prefix("pub async fn "));
    signatures.map(|rest| rest.split(['(', '<']).next().unwrap_or(rest))
}

/// The names between `suite! {` and its brace.
fn listed(text: &str) -> Vec<&str> {
    let Some((_, rest)) = text.split_once("suite! {") else { return Vec::new() };
    let body = rest.split('}').next().unwrap_or(rest);
    body.split(|c: char| !c.is_alphanumeric() && c != '_').collect()
}

fn forgotten(suite: &Path) -> Vec<String> {
    let texts = sources(suite);
    let listed = listed(&texts[0]);
    let written = texts.iter().flat_map(|text| cases(text));
    written.filter(|case| !listed.contains(case)).map(|case| format!("{}: {case}", suite.display())).collect()
}

#[test]
fn every_case_stands_in_the_list_of_its_suite() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let files = fs::read_dir(src).unwrap().map(|entry| entry.unwrap().path());
    let suites = files.filter(|path| path.extension().is_some_and(|end| end == "rs") && !path.ends_with("lib.rs"));
    let forgotten: Vec<String> = suites.flat_map(|suite| forgotten(&suite)).collect();
    assert!(forgotten.is_empty(), "not in the list of their suite: {forgotten:#?}");
}
