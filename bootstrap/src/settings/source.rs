//! Where a setting's value comes from: default, file, environment; the later wins.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::names::{FOR_COMMANDS, NAMES, nearest, variable};

/// A value and where it was found.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    /// The value as text.
    pub value: String,
    /// Where it stood.
    pub origin: Origin,
}

/// Where a value stood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Origin {
    /// In the settings file.
    File(PathBuf),
    /// In an environment variable.
    Variable(String),
    /// In the file that an environment variable names.
    VariableFile(String),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Variable(name) => f.write_str(name),
            Self::VariableFile(name) => write!(f, "the file in {name}"),
        }
    }
}

/// All values given, by key.
#[derive(Debug, Default)]
pub(crate) struct Sources {
    /// What was given.
    pub found: BTreeMap<&'static str, Found>,
    /// Names in the environment that mean nothing here, each with a hint.
    pub unknown: Vec<String>,
}

impl Sources {
    /// Reads the settings file (the one named, else `somabrain.toml` where there is one) and the environment.
    pub(crate) fn read(environment: &HashMap<String, String>) -> Result<Self> {
        let mut sources = Self::default();
        match given(environment, "SOMABRAIN_CONFIG") {
            Some(path) => sources.read_file(Path::new(path))?,
            None if Path::new("somabrain.toml").exists() => sources.read_file(Path::new("somabrain.toml"))?,
            None => {}
        }
        sources.read_environment(environment)?;
        Ok(sources)
    }

    fn read_file(&mut self, path: &Path) -> Result<()> {
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("could not read the settings file {}", path.display()))?;
        let table: toml::Table = text.parse().map_err(|error| not_toml(path, &text, &error))?;
        for (key, value) in table {
            let Some(name) = NAMES.iter().find(|name| name.key == key) else {
                let hint = nearest(&variable(&key)).map(|near| near["SOMABRAIN_".len()..].to_lowercase());
                let hint = hint.map(|near| format!(": did you mean `{near}`?")).unwrap_or_default();
                bail!("the settings file {} has an unknown key `{key}`{hint}", path.display());
            };
            let value = match value {
                toml::Value::String(text) => text,
                toml::Value::Integer(_) | toml::Value::Float(_) | toml::Value::Boolean(_) => value.to_string(),
                _ => bail!("`{key}` in {} must be a text or a number", path.display()),
            };
            self.found.insert(&name.key, Found { value, origin: Origin::File(path.into()) });
        }
        Ok(())
    }

    fn read_environment(&mut self, environment: &HashMap<String, String>) -> Result<()> {
        for name in NAMES.iter() {
            let variable = variable(&name.key);
            if let Some(value) = given(environment, &variable) {
                let origin = Origin::Variable(variable.clone());
                self.found.insert(&name.key, Found { value: value.clone(), origin });
            }
            let from_file = format!("{variable}_FILE");
            if let Some(path) = given(environment, &from_file).filter(|_| name.secret) {
                let value = std::fs::read_to_string(path)
                    .with_context(|| format!("could not read the file {path} named by {from_file}"))?;
                let value = value.trim_end_matches(['\r', '\n']).to_string();
                self.found.insert(&name.key, Found { value, origin: Origin::VariableFile(from_file) });
            }
        }
        self.unknown = unknown_names(environment);
        Ok(())
    }
}

/// Where the file is wrong and how, without the line itself, in which a secret may stand.
fn not_toml(path: &Path, text: &str, error: &toml::de::Error) -> anyhow::Error {
    let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
    let line = before.lines().count().max(1);
    anyhow::anyhow!("the settings file {} is not valid TOML: line {line}: {}", path.display(), error.message())
}

fn unknown_names(environment: &HashMap<String, String>) -> Vec<String> {
    let known = |given: &str| {
        FOR_COMMANDS.contains(&given)
            || NAMES.iter().any(|name| {
                let variable = variable(&name.key);
                given == variable || (name.secret && given == format!("{variable}_FILE"))
            })
    };
    let mut unknown: Vec<String> = environment
        .keys()
        .filter(|given| given.starts_with("SOMABRAIN_") && !given.starts_with("SOMABRAIN_TEST_") && !known(given))
        .map(|given| match nearest(given) {
            Some(near) => format!("{given} is not a setting: did you mean {near}?"),
            None => format!("{given} is not a setting"),
        })
        .collect();
    unknown.sort();
    unknown
}

/// A variable; one that is empty is not given.
fn given<'a>(environment: &'a HashMap<String, String>, name: &str) -> Option<&'a String> {
    environment.get(name).filter(|value| !value.is_empty())
}
