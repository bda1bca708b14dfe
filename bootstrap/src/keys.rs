//! Keys: who may sign tokens, what seals the audit chain, what signs cursors.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use domain::audit::AuditKey;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use somabrain_jwt::{Jwt, Key};

use crate::settings::{Profile, Settings};

/// Checks tokens as the settings say; also mints them.
pub(crate) fn tokens(settings: &Settings) -> Result<Jwt> {
    let tokens = &settings.tokens;
    let mut keys: Vec<Key> = tokens.secrets.iter().map(|secret| Key::Secret(secret.reveal().into())).collect();
    keys.extend(tokens.public_key.iter().cloned().map(|text| match text.trim_start().starts_with('{') {
        true => Key::Jwks(text),
        false => Key::Pem(text),
    }));
    Jwt::try_new(somabrain_jwt::Config {
        keys,
        key_set_url: tokens.jwks_url.clone(),
        roots: settings.tls.roots.clone(),
        issuer: tokens.issuer.clone(),
        audience: tokens.audience.clone(),
        tenant_claim: tokens.tenant_claim.clone(),
        roles_claim: tokens.roles_claim.clone(),
        ..somabrain_jwt::Config::default()
    })
    .context("the keys of SOMABRAIN_JWT_SECRET, SOMABRAIN_JWT_PUBLIC_KEY_PATH or SOMABRAIN_JWKS_URL cannot be used")
}

/// The key that seals the audit chain.
pub(crate) fn audit_key(settings: &Settings) -> Result<AuditKey> {
    AuditKey::try_new(&audit_secret(settings)?).context("SOMABRAIN_AUDIT_KEY cannot be used")
}

/// The key of the settings; without one, a key that is made once and kept in the data folder.
fn audit_secret(settings: &Settings) -> Result<Vec<u8>> {
    // A key that happens to lie in a folder here is no key of all replicas.
    ensure!(
        settings.profile == Profile::Embedded || settings.audit_key.is_some(),
        "replicas seal one audit chain together: set SOMABRAIN_AUDIT_KEY to the same 32 bytes or more for all of them, \
         such as `openssl rand -base64 48` makes"
    );
    if let Some(key) = kept_audit_secret(settings)? {
        return Ok(key);
    }
    let key: [u8; 32] = rand::random();
    keep_secret(&key_file(settings), &key).with_context(|| unusable(settings))?;
    Ok(key.to_vec())
}

/// The key of the settings, else the one in the data folder, if there is one.
pub(crate) fn kept_audit_secret(settings: &Settings) -> Result<Option<Vec<u8>>> {
    if let Some(key) = &settings.audit_key {
        return Ok(Some(key.reveal().as_bytes().to_vec()));
    }
    match fs::read(key_file(settings)) {
        Ok(key) => Ok(Some(key)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| unusable(settings)),
    }
}

fn key_file(settings: &Settings) -> PathBuf {
    settings.data_dir.join("audit.key")
}

fn unusable(settings: &Settings) -> String {
    format!(
        "the data folder {} cannot be used: give this user the right to read and write there, or set SOMABRAIN_DATA_DIR \
         to another folder",
        settings.data_dir.display()
    )
}

/// Writes a file that only its owner may read, whole or not at all.
pub(crate) fn keep_secret(path: &Path, key: &[u8]) -> std::io::Result<()> {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;

    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let unfinished = path.with_extension("key.new");
    let mut file = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&unfinished)?;
    file.write_all(key)?;
    file.sync_all()?;
    fs::rename(unfinished, path)
}

/// The key of list cursors: another use, so another key.
pub(crate) fn cursor_key(settings: &Settings) -> Result<[u8; 32]> {
    let secret = audit_secret(settings)?;
    let mut mac = Hmac::<Sha256>::new_from_slice(&secret).expect("HMAC takes keys of any length");
    mac.update(b"somabrain list cursors");
    Ok(mac.finalize().into_bytes().into())
}
