//! Tokens: who may sign them and what they must say.

use anyhow::{Context, Result, ensure};

use super::{Secret, Values, guessable};

/// Fewest bytes of a secret: as many as SHA-256 gives.
const SECRET: usize = 32;

/// What a token must be signed with and say.
#[derive(Debug, Clone)]
pub(crate) struct Tokens {
    /// HS256 secrets, the newest first.
    pub secrets: Vec<Secret>,
    /// PEM text of public keys, or a JSON Web Key Set.
    pub public_key: Option<String>,
    /// Where the issuer publishes its key set.
    pub jwks_url: Option<String>,
    /// The `iss` it must carry.
    pub issuer: Option<String>,
    /// The `aud` it must carry.
    pub audience: Option<String>,
    /// Where it names the tenant.
    pub tenant_claim: String,
    /// Where it lists the roles.
    pub roles_claim: String,
}

impl Tokens {
    /// Reads what was set.
    pub(super) fn read(values: &Values<'_>) -> Result<Self> {
        let secrets = values.text("jwt_secret").unwrap_or_default();
        let public_key = match values.text("jwt_public_key_path") {
            Some(path) => Some(
                std::fs::read_to_string(path)
                    .with_context(|| format!("could not read SOMABRAIN_JWT_PUBLIC_KEY_PATH {path}"))?,
            ),
            None => None,
        };
        Ok(Self {
            secrets: secrets.split(',').filter(|one| !one.is_empty()).map(|one| Secret(one.to_string())).collect(),
            public_key,
            jwks_url: values.text("jwks_url").map(Into::into),
            issuer: values.text("jwt_issuer").map(Into::into),
            audience: values.text("jwt_audience").map(Into::into),
            tenant_claim: values.text("jwt_tenant_claim").unwrap_or("tenant").into(),
            roles_claim: values.text("jwt_roles_claim").unwrap_or("roles").into(),
        })
    }

    /// Whether no token could be checked.
    pub(super) fn is_keyless(&self) -> bool {
        self.secrets.is_empty() && self.public_key.is_none() && self.jwks_url.is_none()
    }

    /// What holds in every mode.
    pub(super) fn validate(&self) -> Result<()> {
        let several = match self.secrets.len() {
            0 | 1 => "",
            _ => " (a comma ends one secret and begins another)",
        };
        for secret in &self.secrets {
            let bytes = secret.reveal().len();
            ensure!(
                bytes >= SECRET,
                "SOMABRAIN_JWT_SECRET has {bytes} bytes{several}, at least {SECRET} are needed: make one with `openssl rand \
                 -base64 48`"
            );
        }
        Ok(())
    }

    /// What must hold in production: nobody can guess a secret.
    pub(super) fn validate_for_production(&self) -> Result<()> {
        ensure!(
            !self.is_keyless(),
            "production needs a key to check tokens with: set SOMABRAIN_JWT_SECRET (HS256, at least 32 bytes), \
             SOMABRAIN_JWT_PUBLIC_KEY_PATH or SOMABRAIN_JWKS_URL"
        );
        self.secrets.iter().try_for_each(|secret| not_guessable("SOMABRAIN_JWT_SECRET", secret))
    }
}

/// Refuses a secret that stands in examples or hardly varies; it is not shown.
pub(super) fn not_guessable(variable: &str, secret: &Secret) -> Result<()> {
    match guessable::why(secret.reveal()) {
        Some(why) => anyhow::bail!("{variable} {why} and can be guessed: make one with `openssl rand -base64 48`"),
        None => Ok(()),
    }
}
