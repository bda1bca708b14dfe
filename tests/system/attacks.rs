//! Everybody who has no business here, at every operation that the document names: callers without a token that is ours,
//! callers of another tenant, callers without the role. An operation that has no case fails these tests.

pub(crate) mod cases;
pub(crate) mod tokens;

use std::collections::BTreeSet;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::server::{Sent, Server};
use cases::{CASES, Case, Names, OPEN, ROLES};
use tokens::{AUDIENCE, ISSUER, PUBLIC_KEY, SECRET, bearer, not_accepted};

/// The settings of a server that is attacked: in production, with a secret and a public key, an issuer and an audience.
pub(crate) fn guarded(mut command: Command) -> Command {
    command.env("SOMABRAIN_MODE", "production").env("SOMABRAIN_JWT_SECRET", SECRET);
    command.env("SOMABRAIN_JWT_PUBLIC_KEY_PATH", PUBLIC_KEY).env("SOMABRAIN_RATE_RPS", "0");
    command.env("SOMABRAIN_LOG", "off").env("SOMABRAIN_JWT_ISSUER", ISSUER).env("SOMABRAIN_JWT_AUDIENCE", AUDIENCE);
    command
}

/// All attacks in turn.
pub(crate) fn all(server: &Server) -> Result<()> {
    every_operation_has_a_case(server)?;
    no_token_but_ours_is_accepted(server)?;
    no_role_reaches_further_than_its_own(server)?;
    another_tenants_names_are_unknown(server)?;
    what_is_open_tells_nothing(server)
}

/// Sends the case's request, `names` in it.
pub(crate) fn sent(server: &Server, case: &Case, names: &Names, authorization: Option<&str>) -> Result<Sent> {
    let headers: Vec<(&str, &str)> = authorization.into_iter().map(|value| ("authorization", value)).collect();
    let sent = server.send(case.method, &names.fill(case.target), &headers, &names.fill(case.body));
    sent.with_context(|| format!("{} {}", case.method, case.path))
}

/// A problem of that status and nothing else.
pub(crate) fn refused(sent: &Sent, status: u16, what: &str) -> Result<()> {
    ensure!(sent.status == status, "{what}: {} and not {status}: {}", sent.status, sent.body);
    ensure!(
        sent.headers.get("content-type").is_some_and(|kind| kind == "application/problem+json"),
        "{what}: {sent:?}"
    );
    let problem: Value = serde_json::from_str(&sent.body).with_context(|| what.to_owned())?;
    ensure!(problem["status"] == json!(status), "{what}: {problem}");
    Ok(())
}

fn every_operation_has_a_case(server: &Server) -> Result<()> {
    let document: Value = serde_json::from_str(&server.send("GET", "/openapi.json", &[], "")?.body)?;
    let described: BTreeSet<(String, String)> = operations(&document);
    let open = |path: &str| OPEN.iter().any(|(open, _)| *open == path);
    let guarded: BTreeSet<_> = described.into_iter().filter(|(_, path)| !open(path)).collect();
    let cases: BTreeSet<_> = CASES.iter().map(|case| (case.method.to_owned(), case.path.to_owned())).collect();
    let without: Vec<_> = guarded.symmetric_difference(&cases).collect();
    ensure!(
        without.is_empty() && cases.len() == CASES.len(),
        "operations without a case, or cases without: {without:?}"
    );
    Ok(())
}

/// Method and path of every operation of a document.
pub(crate) fn operations(document: &Value) -> BTreeSet<(String, String)> {
    let paths = document["paths"].as_object().into_iter().flatten();
    let of_path = |(path, item): (&String, &Value)| {
        let methods: Vec<String> =
            item.as_object().into_iter().flatten().map(|(method, _)| method.to_uppercase()).collect();
        let path = path.clone();
        methods.into_iter().map(move |method| (method, path.clone()))
    };
    paths.flat_map(of_path).collect()
}

fn no_token_but_ours_is_accepted(server: &Server) -> Result<()> {
    let (tenant, admin) = ("attacked", bearer("attacked", &ROLES));
    let names = told(server, tenant, &admin)?;
    let before = seen(server, &admin, &names)?;
    for (what, authorization) in not_accepted(tenant) {
        for case in &CASES {
            let what = format!("{what}: {} {}", case.method, case.path);
            let answer = sent(server, case, &names, authorization.as_deref())?;
            refused(&answer, 401, &what)?;
            ensure!(answer.headers.get("www-authenticate").is_some_and(|asked| asked.starts_with("Bearer")), "{what}");
            ensure!(!answer.body.contains(tenant) && !answer.body.contains(&names.memory), "{what}: {}", answer.body);
        }
        let headers: Vec<(&str, &str)> =
            authorization.as_deref().into_iter().map(|one| ("authorization", one)).collect();
        for path in ["/memories", "/namespaces", "/admin/density"] {
            ensure!(server.send("HEAD", path, &headers, "")?.status == 401, "{what}: HEAD {path}");
        }
    }
    ensure!(seen(server, &admin, &names)? == before, "something was changed without a token");
    Ok(())
}

fn no_role_reaches_further_than_its_own(server: &Server) -> Result<()> {
    let (tenant, admin) = ("reached-for", bearer("reached-for", &ROLES));
    let names = told(server, tenant, &admin)?;
    let before = seen(server, &admin, &names)?;
    let nobody: [&[&str]; 3] = [&[], &["root"], &["Admin", "ADMIN", "admin "]];
    for case in &CASES {
        let refused_ones = ROLES.iter().filter(|role| !case.roles.contains(role)).map(std::slice::from_ref);
        for roles in refused_ones.chain(nobody) {
            let answer = sent(server, case, &names, Some(&bearer(tenant, roles)))?;
            refused(&answer, 403, &format!("{roles:?}: {} {}", case.method, case.path))?;
        }
    }
    ensure!(seen(server, &admin, &names)? == before, "something was changed without the role");
    for case in &CASES {
        for role in case.roles {
            let names = told(server, tenant, &admin)?;
            let answer = sent(server, case, &names, Some(&bearer(tenant, &[role])))?;
            let what = format!("{role}: {} {}: {} {}", case.method, case.path, answer.status, answer.body);
            ensure!(case.status.contains(&answer.status), "{what}");
        }
    }
    Ok(())
}

fn another_tenants_names_are_unknown(server: &Server) -> Result<()> {
    let (owner, intruder) = (bearer("owner", &ROLES), bearer("intruder", &ROLES));
    let names = told(server, "owner", &owner)?;
    until_observed(server, &owner, &names)?;
    let before = seen(server, &owner, &names)?;
    for case in &CASES {
        let foreign = sent(server, case, &names, Some(&intruder))?;
        let unknown = sent(server, case, &Names::of_nothing(), Some(&intruder))?;
        let (foreign, unknown) = (without_chance(&foreign, &names), without_chance(&unknown, &Names::of_nothing()));
        let what = format!("{} {}", case.method, case.path);
        ensure!(foreign == unknown, "{what}: another tenant's:\n{foreign:?}\nunknown:\n{unknown:?}");
        ensure!(!foreign.2.contains(&names.tag), "{what}: {}", foreign.2);
    }
    // One who has not asked for anything yet: whoever has finds the names in the own audit log.
    let onlooker = bearer("onlooker", &ROLES);
    for (method, path, body) in [
        ("GET", "/memories?limit=1000", ""),
        ("GET", "/namespaces", ""),
        ("GET", "/admin/density", ""),
        ("GET", "/admin/audit", ""),
        ("GET", "/sessions/active", ""),
        ("POST", "/recall", r#"{"query": "<tag> first", "k": 100, "include_superseded": true}"#),
        ("POST", "/plan", r#"{"goal": "<tag> first"}"#),
    ] {
        let body = names.fill(body);
        for accept in ["application/json", "application/x-ndjson"] {
            let headers = [("authorization", onlooker.as_str()), ("accept", accept)];
            let answer = server.send(method, path, &headers, &body)?;
            ensure!(answer.status == 200, "{method} {path}: {} {}", answer.status, answer.body);
            let said = answer.body.replace(&format!("{} first", names.tag), "");
            for name in [&names.tag, &names.memory, &names.other, &names.namespace, &names.session] {
                ensure!(!said.contains(name), "{method} {path} tells of {name}: {said}");
            }
        }
    }
    ensure!(seen(server, &owner, &names)? == before, "something was changed by another tenant");
    Ok(())
}

fn what_is_open_tells_nothing(server: &Server) -> Result<()> {
    let admin = bearer("open", &ROLES);
    let names = told(server, "tenant-that-nobody-sees", &bearer("tenant-that-nobody-sees", &ROLES))?;
    for (path, kind) in OPEN {
        for headers in [&[][..], &[("authorization", "Bearer null")], &[("authorization", admin.as_str())]] {
            let answer = server.send("GET", path, headers, "")?;
            let media = answer.headers.get("content-type").cloned().unwrap_or_default();
            ensure!(answer.status == 200 && media.starts_with(kind), "{path}: {} {media}", answer.status);
            for name in
                ["tenant-that-nobody-sees", &names.tag, &names.memory, &names.namespace, &names.session, "mallory"]
            {
                ensure!(!answer.body.contains(name), "{path} tells of {name}");
            }
        }
        ensure!(server.send("POST", path, &[], "{}")?.status == 405, "POST {path}");
    }
    Ok(())
}

/// Stores what the cases' requests name, by all operations that make something.
pub(crate) fn told(server: &Server, tenant: &str, authorization: &str) -> Result<Names> {
    let call = |path: &str, body: Value| -> Result<Value> {
        let headers = [("authorization", authorization)];
        let answer = server.send("POST", path, &headers, &body.to_string())?;
        ensure!((200..300).contains(&answer.status), "{path} {body}: {} {}", answer.status, answer.body);
        Ok(serde_json::from_str(&answer.body)?)
    };
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let tag = format!("tag{tenant}");
    let (namespace, session, user) = (format!("n-{tag}"), format!("s-{tag}"), format!("u-{tag}"));
    let of = |content: &str| {
        json!({"content": format!("{tag} {content}"), "namespace": namespace, "session_id": session,
                                    "user_id": user})
    };
    // Said with their ids, so that what was erased comes again.
    let other = text(&call("/remember", of("other"))?["id"]);
    let mut first = of("first");
    first["links"] = json!([{"to": other, "relation": "related"}]);
    first["occurred_at"] = json!(format!("2026-01-01T00:00:{:02}Z", other.bytes().map(u32::from).sum::<u32>() % 60));
    let memory = text(&call("/remember", first)?["id"]);
    let recall = || {
        call(
            "/recall",
            json!({"query": format!("{tag} first"), "namespace": namespace, "k": 100, "include_superseded": true}),
        )
    };
    let mut version = String::new();
    for _ in 0..3 {
        let recalled = recall()?;
        let useful = recalled["memories"][0]["id"].clone();
        let lesson = call("/recall/feedback", json!({"recall_id": recalled["recall_id"], "useful": [useful]}))?;
        version = text(&lesson["version"]);
    }
    let recall = text(&recall()?["recall_id"]);
    call(&format!("/memories/{memory}/links"), json!({"to": other, "relation": "related"}))?;
    Ok(Names { tag, namespace, session, user, memory, other, recall, version })
}

/// Waits until the namespace's matrix has seen what was stored, so that there is something to hide.
fn until_observed(server: &Server, authorization: &str, names: &Names) -> Result<()> {
    let (begin, path) = (Instant::now(), format!("/admin/density?namespace={}", names.namespace));
    loop {
        let answer = server.send("GET", &path, &[("authorization", authorization)], "")?;
        let matrix: Value = serde_json::from_str(&answer.body)?;
        if matrix["observations"].as_u64() >= Some(2) {
            return Ok(());
        }
        ensure!(begin.elapsed() < Duration::from_secs(20), "observed within 20 s: {matrix}");
        std::thread::park_timeout(Duration::from_millis(50));
    }
}

/// All that a tenant can see of its own.
pub(crate) fn seen(server: &Server, authorization: &str, names: &Names) -> Result<Vec<String>> {
    let session = format!("/sessions/{}", names.session);
    let versions = format!("/memories/{}/versions", names.memory);
    let seen = ["/memories?limit=1000", "/namespaces", &session, &versions].map(|path| {
        let answer = server.send("GET", path, &[("authorization", authorization)], "")?;
        ensure!(answer.status == 200, "{path}: {}", answer.body);
        Ok(without_chance(&answer, names).2)
    });
    seen.into_iter().collect()
}

/// Status, headers and body without what is new in every answer, and without the names.
fn without_chance(sent: &Sent, names: &Names) -> (u16, Vec<(String, String)>, String) {
    const CHANCE: [&str; 3] = ["x-request-id", "content-length", "date"];
    let headers = sent.headers.iter().filter(|(name, _)| !CHANCE.contains(&name.as_str()));
    let headers = headers.map(|(name, value)| (name.clone(), value.clone())).collect();
    let body = match serde_json::from_str::<Value>(&sent.body) {
        Ok(mut value) => {
            forget(&mut value);
            value.to_string()
        }
        Err(_) => sent.body.clone(),
    };
    (sent.status, headers, names.blank(&body))
}

fn forget(value: &mut Value) {
    const OWN: [&str; 9] = [
        "request_id",
        "latency_ms",
        "recall_id",
        "plan_id",
        "erased_at",
        "salience",
        "created_at",
        "last_used_at",
        "expires_at",
    ];
    match value {
        Value::Object(fields) => {
            fields.retain(|name, _| !OWN.contains(&name.as_str()));
            fields.values_mut().for_each(forget);
        }
        Value::Array(items) => items.iter_mut().for_each(forget),
        _ => {}
    }
}
