//! What a DSN says of TLS: the library behind knows fewer words for it than libpq does.

use std::borrow::Cow;
use std::fmt;

use percent_encoding::percent_decode_str;
use thiserror::Error;

/// How a connection is protected, in the words of libpq's `sslmode`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protection {
    /// No TLS.
    Disable,
    /// TLS where the server has it, whoever the server is; otherwise none.
    Prefer,
    /// TLS, whoever the server is.
    Require,
    /// TLS with a server that an authority vouches for, in whatever name.
    VerifyCa,
    /// TLS with a server that an authority vouches for, in the name that it is called by.
    VerifyFull,
}

impl fmt::Display for Protection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Disable => "disable",
            Self::Prefer => "prefer",
            Self::Require => "require",
            Self::VerifyCa => "verify-ca",
            Self::VerifyFull => "verify-full",
        })
    }
}

/// A DSN that no server can be reached by.
#[derive(Debug, Error)]
pub enum InvalidDsn {
    /// It is none.
    #[error("it must be such as postgres://user:password@host/database, or host=… user=… dbname=…")]
    Form(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// It says something unknown of TLS.
    #[error("sslmode is `{0}`, must be disable, prefer, require, verify-ca or verify-full")]
    Protection(String),
    /// Its authorities are none.
    #[error("sslrootcert cannot be used")]
    Roots(#[from] somabrain_tls::InvalidRoots),
}

/// A DSN in two: what is said of TLS, and the rest, for the library.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Parts {
    pub(crate) rest: String,
    mode: Option<String>,
    /// The file of `sslrootcert`, or `system`.
    pub(crate) roots: Option<String>,
}

impl Parts {
    /// Takes both forms. Where something is wrong the library is left to say so.
    pub(crate) fn of(dsn: &str) -> Self {
        let is_url = ["postgres://", "postgresql://"].iter().any(|scheme| dsn.starts_with(scheme));
        if is_url { Self::of_url(dsn) } else { Self::of_pairs(dsn) }
    }

    /// How the connection is to be protected. As in libpq, whoever names authorities for `require` means `verify-ca`.
    pub(crate) fn protection(&self) -> Result<Protection, InvalidDsn> {
        Ok(match (self.mode.as_deref(), &self.roots) {
            (Some("disable"), _) => Protection::Disable,
            (None | Some("prefer"), _) => Protection::Prefer,
            (Some("require"), None) => Protection::Require,
            (Some("require"), Some(_)) | (Some("verify-ca"), _) => Protection::VerifyCa,
            (Some("verify-full"), _) => Protection::VerifyFull,
            (Some(other), _) => return Err(InvalidDsn::Protection(other.to_owned())),
        })
    }

    fn of_url(dsn: &str) -> Self {
        // As the library reads it: what stands before the first @ are credentials, in which a question mark is one.
        let host = dsn.find('@').map_or(0, |at| at + 1);
        let Some(question) = dsn[host..].find('?').map(|at| host + at) else {
            return Self { rest: dsn.to_owned(), ..Self::default() };
        };
        let mut parts = Self { rest: dsn[..question].to_owned(), ..Self::default() };
        let mut sign = '?';
        for pair in dsn[question + 1..].split('&') {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            if !parts.takes(key, &percent_decode_str(value).decode_utf8_lossy()) {
                parts.rest.push(sign);
                parts.rest.push_str(pair);
                sign = '&';
            }
        }
        parts
    }

    fn of_pairs(dsn: &str) -> Self {
        let mut parts = Self::default();
        let mut left = dsn.trim_start();
        while !left.is_empty() {
            let Some((key, value, after)) = pair(left) else {
                parts.rest.push_str(left);
                return parts;
            };
            if !parts.takes(key, &value) {
                parts.rest.push_str(&left[..left.len() - after.len()]);
                parts.rest.push(' ');
            }
            left = after.trim_start();
        }
        parts
    }

    /// Whether it is of TLS.
    fn takes(&mut self, key: &str, value: &str) -> bool {
        let place = match key {
            "sslmode" => &mut self.mode,
            "sslrootcert" => &mut self.roots,
            _ => return false,
        };
        *place = Some(value.to_owned());
        true
    }
}

/// The first `key = value` of a text and what comes after it; `None`: there is none.
fn pair(text: &str) -> Option<(&str, Cow<'_, str>, &str)> {
    let (key, value) = text.split_once('=')?;
    let value = value.trim_start();
    let quoted = value.starts_with('\'');
    let (mut read, mut escaped) = (String::new(), false);
    for (at, c) in value.char_indices().skip(usize::from(quoted)) {
        match c {
            _ if escaped => {
                read.push(c);
                escaped = false;
            }
            '\\' => escaped = true,
            '\'' if quoted => return Some((key.trim_end(), read.into(), &value[at + 1..])),
            c if !quoted && c.is_whitespace() => return Some((key.trim_end(), read.into(), &value[at..])),
            c => read.push(c),
        }
    }
    (!quoted).then(|| (key.trim_end(), read.into(), ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(dsn: &str) -> (String, Option<String>, Option<String>) {
        let Parts { rest, mode, roots } = Parts::of(dsn);
        (rest.trim_end().to_owned(), mode, roots)
    }

    fn some(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    #[test]
    fn a_url_is_parted_wherever_the_words_of_tls_stand() {
        let plain = "postgres://somabrain:a?b@db/somabrain";
        assert_eq!(parts(plain), (plain.to_owned(), None, None));
        let url = format!("{plain}?sslmode=verify-full");
        assert_eq!(parts(&url), (plain.to_owned(), some("verify-full"), None));
        let url = format!("{plain}?connect_timeout=3&sslrootcert=%2Fetc%2Fca.pem&sslmode=require&options=-c%20a%3Db");
        let rest = format!("{plain}?connect_timeout=3&options=-c%20a%3Db");
        assert_eq!(parts(&url), (rest, some("require"), some("/etc/ca.pem")));
    }

    #[test]
    fn pairs_are_parted_as_well() {
        let pairs = r"host=db sslmode = verify-ca password='it\'s = secret' sslrootcert='/a b/ca.pem' user=somabrain";
        let rest = r"host=db password='it\'s = secret' user=somabrain".to_owned();
        assert_eq!(parts(pairs), (rest, some("verify-ca"), some("/a b/ca.pem")));
        assert_eq!(parts("host=db user='open"), ("host=db user='open".to_owned(), None, None));
    }

    #[test]
    fn a_mode_that_nobody_knows_is_refused_with_those_that_there_are() {
        let protection = |dsn: &str| Parts::of(dsn).protection().map_err(|error| error.to_string());
        assert_eq!(protection("host=db"), Ok(Protection::Prefer));
        assert_eq!(protection("host=db sslmode=require"), Ok(Protection::Require));
        assert_eq!(protection("host=db sslmode=require sslrootcert=/ca.pem"), Ok(Protection::VerifyCa));
        let refused = "sslmode is `always`, must be disable, prefer, require, verify-ca or verify-full";
        assert_eq!(protection("postgres://db?sslmode=always"), Err(refused.to_owned()));
    }
}
