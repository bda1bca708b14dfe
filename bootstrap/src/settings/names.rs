//! The names of all settings, as operators type them.

use std::borrow::Cow;
use std::sync::LazyLock;

use domain::recall::fuse::default_weights;
use domain::recall::term::Term;

/// One setting.
pub(crate) struct Name {
    /// In the file; in the environment `SOMABRAIN_` and the same in capitals.
    pub key: Cow<'static, str>,
    /// Prints as `***`; may also be given as a file's path under `…_FILE`.
    pub secret: bool,
    /// What it is, for `check-config --help` and the documentation.
    pub about: Cow<'static, str>,
}

const fn plain(key: &'static str, about: &'static str) -> Name {
    Name { key: Cow::Borrowed(key), secret: false, about: Cow::Borrowed(about) }
}

const fn secret(key: &'static str, about: &'static str) -> Name {
    Name { key: Cow::Borrowed(key), secret: true, about: Cow::Borrowed(about) }
}

/// Every setting of the program: the fixed ones, and a weight for each term of recall's score.
pub(crate) static NAMES: LazyLock<Vec<Name>> =
    LazyLock::new(|| FIXED.into_iter().chain(Term::ALL.into_iter().map(weight)).collect());

/// The key of a term's weight.
pub(crate) fn weight_key(term: Term) -> String {
    format!("weight_{}", term.as_str())
}

fn weight(term: Term) -> Name {
    let (term_name, default) = (term.as_str(), default_weights().get(term));
    let about = format!("what {term_name} counts in the score of recall, -10 to 10; default {default}");
    Name { key: Cow::Owned(weight_key(term)), secret: false, about: Cow::Owned(about) }
}

const FIXED: [Name; 58] = [
    plain("host", "address to listen on"),
    plain("port", "port to listen on"),
    plain(
        "tls_cert_path",
        "PEM file of the certificate chain that clients are shown; none: they are spoken to in the clear",
    ),
    plain("tls_key_path", "PEM file of its private key"),
    plain("tls_ca_path", "PEM file of the authorities that outgoing TLS trusts; none: those that Mozilla trusts"),
    plain("mode", "development or production"),
    plain("profile", "embedded (one process, one data folder) or networked (Redis, Postgres, OPA, memory service)"),
    plain("data_dir", "folder of the embedded profile's data"),
    plain("log", "what to log, such as info or somabrain=debug"),
    plain("rate_rps", "requests per second and tenant; 0: no limit"),
    plain("rate_burst", "requests that a tenant may make at once"),
    plain("rate_memories", "memories per second and tenant by source, such as tool=5,import=200; none: no limit"),
    plain("quota_memories", "memories that a tenant may hold; 0: no limit"),
    plain("quota_bytes", "bytes of content that a tenant may hold; 0: no limit"),
    plain("quota_namespaces", "namespaces that a tenant may have; 0: no limit"),
    plain(
        "policy_dir",
        "folder of Rego files that extend the embedded profile's policy; none: the bundled rules alone",
    ),
    plain("wm_size", "memories that a session's working memory holds"),
    plain("wm_ttl_seconds", "seconds after the last use that working memory holds a memory"),
    plain(
        "otlp_endpoint",
        "OpenTelemetry collector that traces are sent to by OTLP over HTTP, such as http://collector:4318; none: nowhere",
    ),
    plain("slow_ms", "requests slower than this are logged as SLOW, in milliseconds"),
    plain(
        "shutdown_delay_ms",
        "milliseconds after SIGTERM in which /readyz fails and requests are still taken; default 500, in production 5000",
    ),
    plain("read_context", "on or off: whether a turn of a session is read together with its neighbours"),
    plain("cut_names", "on or off: whether the names of frequent speakers are cut from what is compared"),
    plain("read_passages", "on or off: whether long memories answer by their best passage"),
    plain("abstain_below", "confidence below which recall says that it abstains, 0 to 1"),
    secret("jwt_secret", "HS256 secret of at least 32 bytes; several separated by commas while rotating"),
    plain("jwt_public_key_path", "file of RS256 or ES256 public keys: PEM, or a JSON Web Key Set"),
    plain("jwks_url", "where the issuer publishes its key set: https, or http on this machine"),
    plain("jwt_issuer", "the `iss` that tokens must carry"),
    plain("jwt_audience", "the `aud` that tokens must carry"),
    plain("jwt_tenant_claim", "claim that names the tenant; deeper ones by names joined by dots"),
    plain("jwt_roles_claim", "claim that lists the roles, likewise"),
    secret(
        "postgres_dsn",
        "Postgres of the networked profile, such as postgres://somabrain:…@postgres/somabrain?sslmode=verify-full",
    ),
    secret(
        "postgres_migration_dsn",
        "Postgres as the owner of the tables, for migrations, backups, and archiving; none: postgres_dsn",
    ),
    plain("postgres_pool", "most connections to Postgres of one replica"),
    secret("redis_url", "Redis of the networked profile, such as redis://redis:6379; by TLS rediss://"),
    plain("opa_url", "OPA of the networked profile, such as http://opa:8181"),
    secret("opa_token", "bearer token that OPA asks for; none: it asks for none"),
    plain("policy_cache_seconds", "seconds that a decision of OPA may be used again, at most 60; 0: never"),
    plain("memory_http_endpoint", "memory service of the networked profile, such as http://memory-service:9797"),
    plain(
        "memory_backup_endpoint",
        "a second memory service that is told the same and stands by, such as http://memory-service-backup:9797; none: \
         there is none",
    ),
    secret("memory_http_token", "bearer token that the memory services ask for"),
    plain("kafka_bootstrap", "Kafka's host:port list; none: no event stream"),
    plain("kafka_tls", "on or off: whether Kafka is spoken to by TLS; default off"),
    plain("kafka_sasl_mechanism", "PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512; none: Kafka asks for no user"),
    plain("kafka_sasl_username", "user of Kafka"),
    secret("kafka_sasl_password", "password of Kafka's user"),
    plain("outbox_batch_size", "most entries or events that the relay takes at a time"),
    plain("encoder", "static (the table that ships with the program) or embeddings (an OpenAI-compatible endpoint)"),
    plain("embeddings_url", "embeddings endpoint, such as https://api.openai.com or http://localhost:11434/v1"),
    plain("embeddings_model", "model to ask the embeddings endpoint for"),
    secret("embeddings_key", "bearer token that the embeddings endpoint asks for; none: it asks for none"),
    plain("embeddings_dimensions", "dimensions to ask the embeddings endpoint for; none: what it gives"),
    plain("embeddings_batch", "most texts of one request to the embeddings endpoint"),
    plain("backup_dir", "folder that backups go to; what is erased is noted there too; none: no backups"),
    plain(
        "backup_interval",
        "how often a server makes a backup by itself, such as 15m or 1h; none: only the command does",
    ),
    plain("backup_keep", "how many backups are kept"),
    secret("audit_key", "key of the audit chain, at least 32 bytes; none: made once and kept in the data folder"),
];

/// Settings that the commands read beside these: they are no settings of the service.
pub(crate) const FOR_COMMANDS: &[&str] = &["SOMABRAIN_URL", "SOMABRAIN_TOKEN", "SOMABRAIN_CONFIG"];

/// The name of a key in the environment.
pub(crate) fn variable(key: &str) -> String {
    format!("SOMABRAIN_{}", key.to_uppercase())
}

/// The known name nearest to an unknown one, if any is near.
pub(crate) fn nearest(unknown: &str) -> Option<String> {
    let names = NAMES.iter().map(|name| variable(&name.key)).chain(FOR_COMMANDS.iter().map(ToString::to_string));
    names
        .map(|name| (strsim::damerau_levenshtein(unknown, &name), name))
        .filter(|(distance, name)| *distance <= name.len() / 3)
        .min()
        .map(|(_, name)| name)
}
