//! The data folder as a target of commands: the API answers in this process, without a socket.

use anyhow::{Context, Result};
use application::brain::Brain;
use serde_json::Value;
use somabrain_http::{Local, Method};

use crate::api;
use crate::embedded::{self, Embedded};
use crate::settings::Settings;
use crate::target::Answer;

/// An open data folder behind the same API that a server has.
pub(crate) struct Folder {
    brain: Brain<Embedded>,
    api: Local,
}

impl Folder {
    /// Puts the API before an open folder; its owner acts as tenant `local`.
    pub(crate) fn new(brain: Brain<Embedded>, settings: &Settings) -> Result<Self> {
        let mut config = api::http_config(settings)?;
        config.anonymous = Some(api::local_caller());
        Ok(Self { api: Local::new(brain.clone(), config), brain })
    }

    /// Sends one request.
    pub(crate) async fn call(&self, method: &'static str, path: &str, body: Option<&Value>) -> Result<Answer> {
        let body = body.map(Value::to_string).unwrap_or_default();
        let method: Method = method.parse().context("an HTTP method")?;
        let (status, text) = self.api.call(method, path, body).await?;
        Ok(Answer { status, body: serde_json::from_slice(&text).unwrap_or(Value::Null), retry_after: None })
    }

    /// Folds what was observed into the density matrices, as a server does each second.
    pub(crate) async fn settle(&self) -> Result<()> {
        self.brain.merge_observations().await.context("could not fold the last observations")?;
        Ok(())
    }

    /// Lets go of the folder.
    pub(crate) async fn close(self) -> Result<()> {
        drop(self.api);
        embedded::close(self.brain).await
    }
}
