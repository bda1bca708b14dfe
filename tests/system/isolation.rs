//! Several tenants who use the same names, sessions, namespaces, users, ids and idempotency keys, in any order: nobody ever
//! sees anything of another's, and each has exactly what a simple model says.
//!
//! Whatever a tenant stores carries a mark of its own, and whatever is answered, headers included, is searched for marks and
//! ids of others.

pub(crate) mod acts;
mod model;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context, Result, ensure};
use proptest::test_runner::{Config, RngSeed, TestCaseError, TestRunner};
use serde_json::Value;

use crate::attacks::cases::ROLES;
use crate::attacks::tokens::bearer;
use crate::server::{Sent, Server};
use acts::{Act, TENANTS, acts};
use model::Model;

/// Tries so many sequences of acts on servers, which are asked in turn.
pub(crate) fn holds(servers: &[&Server], cases: u32) {
    static TRIED: AtomicUsize = AtomicUsize::new(0);
    let config = Config {
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(7),
        max_shrink_iters: 200,
        ..Config::with_cases(cases)
    };
    let outcome = TestRunner::new(config).run(&acts(), |acts| {
        let world = World::new(servers, TRIED.fetch_add(1, Ordering::Relaxed));
        world.live(&acts).map_err(|broken| TestCaseError::fail(format!("{broken:#}")))
    });
    outcome.unwrap_or_else(|broken| panic!("{broken}"));
}

/// One of the tenants.
pub(crate) struct Tenant {
    /// In everything that it stores.
    pub(crate) mark: String,
    authorization: String,
    pub(crate) model: Model,
    /// Ids that the service made for it: memories and recalls.
    pub(crate) made: Vec<String>,
    /// The last recall, and the ids of its answer.
    pub(crate) recalled: Option<(String, Vec<String>)>,
    /// The last cursor.
    pub(crate) cursor: Option<String>,
}

struct World<'a> {
    servers: &'a [&'a Server],
    tenants: Vec<Tenant>,
    asked: usize,
}

impl<'a> World<'a> {
    fn new(servers: &'a [&'a Server], number: usize) -> Self {
        let tenants = (0..TENANTS).map(|at| {
            let letter = char::from(b'a' + at as u8);
            // One name begins like another, so that a key without an end would show.
            let name = format!("case-{number}{}", ["", "-1", "-12"][at]);
            Tenant {
                mark: format!("qmark{number}x{letter}"),
                authorization: bearer(&name, &ROLES),
                model: Model::default(),
                made: Vec::new(),
                recalled: None,
                cursor: None,
            }
        });
        Self { servers, tenants: tenants.collect(), asked: 0 }
    }

    fn live(mut self, acts: &[(usize, Act)]) -> Result<()> {
        for (number, (who, act)) in acts.iter().enumerate() {
            let told = format!("act {number} of tenant {who}, {act:?}");
            self.act(*who, act).with_context(|| told.clone())?;
            for owner in 0..TENANTS {
                self.compare(owner).with_context(|| format!("tenant {owner} after {told}"))?;
            }
        }
        (0..TENANTS).try_for_each(|owner| self.look_at_all(owner))
    }

    /// Lets a tenant act, and holds the answer against its model.
    fn act(&mut self, who: usize, act: &Act) -> Result<()> {
        let asked = act.request(&self.tenants, who);
        let headers: Vec<(&str, &str)> = asked.key.iter().map(|key| ("idempotency-key", key.as_str())).collect();
        let answer = self.ask(who, asked.method, &asked.target, &headers, &asked.body)?;
        act.check(&mut self.tenants[who], &asked, &answer)
    }

    /// Asks as a tenant; whatever is answered has nothing of another.
    fn ask(&mut self, who: usize, method: &str, target: &str, headers: &[(&str, &str)], body: &str) -> Result<Sent> {
        let server = self.servers[self.asked % self.servers.len()];
        self.asked += 1;
        let tenant = &self.tenants[who];
        let headers = [headers, &[("authorization", tenant.authorization.as_str())]].concat();
        let answer = server.send(method, target, &headers, body)?;
        ensure!(answer.status < 500, "{method} {target} {body}: {} {}", answer.status, answer.body);
        let head: String = answer.headers.iter().map(|(name, value)| format!("{name}: {value}\n")).collect();
        for (at, other) in self.tenants.iter().enumerate().filter(|(at, _)| *at != who) {
            for text in [&head, &answer.body] {
                ensure!(
                    !text.contains(&other.mark),
                    "{method} {target} shows tenant {who} what is tenant {at}'s: {text}"
                );
                let shown =
                    other.made.iter().find(|id| text.contains(*id) && !target.contains(*id) && !body.contains(*id));
                ensure!(
                    shown.is_none(),
                    "{method} {target} shows tenant {who} an id of tenant {at}: {shown:?}: {text}"
                );
            }
        }
        Ok(answer)
    }

    /// What the tenant lists is what its model says.
    fn compare(&mut self, owner: usize) -> Result<()> {
        let answer = self.ask(owner, "GET", "/memories?limit=1000", &[], "")?;
        let listed: Value = serde_json::from_str(&answer.body)?;
        let told: BTreeMap<String, model::Kept> =
            listed["memories"].as_array().into_iter().flatten().map(model::Kept::of).collect();
        let kept = &self.tenants[owner].model.memories;
        ensure!(told == *kept, "the model has {kept:?}, the list {told:?}");
        Ok(())
    }

    /// Everything else that shows what a tenant has.
    fn look_at_all(&mut self, owner: usize) -> Result<()> {
        let namespaces: Value = serde_json::from_str(&self.ask(owner, "GET", "/namespaces", &[], "")?.body)?;
        let counted = namespaces["namespaces"].as_array().into_iter().flatten();
        let counted: BTreeMap<String, u64> =
            counted.filter_map(|one| Some((one["name"].as_str()?.to_owned(), one["memories"].as_u64()?))).collect();
        let expected = self.tenants[owner].model.namespaces();
        ensure!(counted == expected, "namespaces of tenant {owner}: {counted:?}, expected {expected:?}");
        for namespace in acts::NAMESPACES {
            let matrix = self.ask(owner, "GET", &format!("/admin/density?namespace={namespace}"), &[], "")?;
            let matrix: Value = serde_json::from_str(&matrix.body)?;
            let stored = self.tenants[owner].model.stored.get(namespace).copied().unwrap_or(0);
            ensure!(matrix["observations"].as_u64() <= Some(stored), "{stored} were stored in {namespace}: {matrix}");
        }
        for id in acts::ids_of_all() {
            let versions = self.ask(owner, "GET", &format!("/memories/{id}/versions"), &[], "")?;
            let expected = if self.tenants[owner].model.memories.contains_key(&id) { 200 } else { 404 };
            ensure!(versions.status == expected, "versions of {id}: {} {}", versions.status, versions.body);
        }
        let audited = self.ask(owner, "GET", "/admin/audit?limit=1000", &[], "")?;
        ensure!(audited.status == 200, "the audit log: {} {}", audited.status, audited.body);
        self.ask(owner, "GET", "/memories?limit=1000", &[("accept", "application/x-ndjson")], "")?;
        Ok(())
    }
}
