//! The promises of `Policy`, kept by OPA with the bundled Rego: the decision table is the one that regorus passes.

use std::time::Duration;

use application::ports::error::PortErrorKind;
use contract::policy::roles_add_up;
use somabrain_opa::{Config, Opa};
use somabrain_servers::processes::Server;

async fn opa() -> Opa {
    Opa::connect(Config::new(somabrain_servers::opa().await)).await.expect("a valid URL")
}

contract::policy!(opa().await);

#[tokio::test]
async fn it_is_well() {
    opa().await.probe().await.expect("healthy");
}

/// Whoever reaches it could otherwise put a policy there that permits everything.
#[tokio::test]
async fn it_takes_no_policy_and_tells_none() {
    let url = somabrain_servers::opa().await;
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
    let open = "package somabrain.authz\npermitted := true";
    let put = agent.put(format!("{url}/v1/policies/open")).send(open).expect("it answers");
    assert_eq!(put.status(), 401);
    let patched = agent.put(format!("{url}/v1/data/somabrain/authz/allow")).send("true").expect("it answers");
    assert_eq!(patched.status(), 401);
    for path in ["/v1/policies", "/v1/data", "/v1/config"] {
        assert_eq!(agent.get(format!("{url}{path}")).call().expect("it answers").status(), 401, "{path}");
    }
    assert!(!opa().await.is_open().await.expect("it answers"));
    contract::policy::nobody_may_do_anything_to_another_tenant(&opa().await).await;
}

#[tokio::test]
async fn an_opa_that_was_killed_or_hung_decides_again_when_it_is_back() {
    let mut server = Server::opa().expect("an OPA of its own");
    let mut config = Config::new(server.url());
    config.timeout = Duration::from_millis(500);
    let opa = Opa::connect(config).await.expect("a valid URL");
    roles_add_up(&opa).await;

    server.kill().expect("killed");
    assert_eq!(opa.probe().await.expect_err("it is away").kind, PortErrorKind::Unavailable);
    server.start().expect("started again");
    roles_add_up(&opa).await;

    server.pause().expect("paused");
    assert_eq!(opa.probe().await.expect_err("it hangs").kind, PortErrorKind::Unavailable);
    server.resume().expect("resumed");
    roles_add_up(&opa).await;
}

mod cached {
    use super::*;

    contract::policy!({
        let mut config = Config::new(somabrain_servers::opa().await);
        config.cache = Duration::from_secs(5);
        Opa::connect(config).await.expect("a valid URL")
    });
}
