//! How who said a text is told: people who store memories do it in three ways, and recall must not depend on which.

use serde_json::Value;

use super::corpus::Corpus;

/// Where the speaker of a memory is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Speakers {
    /// As `speaker`.
    Field,
    /// In front of the content, as `Name: text`.
    Prefix,
    /// Only as `metadata.speaker`.
    Metadata,
}

impl Speakers {
    /// The way's name.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Field => "field",
            Self::Prefix => "prefix",
            Self::Metadata => "metadata",
        }
    }

    /// Sends every speaker of these corpora that way; texts without a speaker stay as they are.
    pub(crate) fn arrange(self, corpora: &mut [Corpus]) {
        for item in corpora.iter_mut().flat_map(|corpus| &mut corpus.items) {
            let (Some(speaker), spoken) = (item.speaker.clone(), item.spoken()) else { continue };
            if let Value::Object(body) = &mut item.body {
                body.remove("speaker");
            }
            match self {
                Self::Field => item.body["speaker"] = speaker.into(),
                Self::Prefix => item.body["content"] = spoken.into(),
                Self::Metadata => item.body["metadata"]["speaker"] = speaker.into(),
            }
        }
    }
}
