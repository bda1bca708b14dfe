//! OPA in a container, with the policy of this repository.

use testcontainers::ImageExt;
use testcontainers::core::IntoContainerPort;

use super::{Container, LIMIT, image};
use crate::ready;
use crate::setting::repository;

pub(crate) async fn start() -> Container {
    let request = image("SOMABRAIN_TEST_OPA_IMAGE", "openpolicyagent/opa:1.22.2")
        .with_exposed_port(8181.tcp())
        .with_copy_to("/policy/authz.rego", repository("adapters/opa/policy/authz.rego"))
        .with_copy_to("/policy/system.rego", repository("adapters/opa/policy/system.rego"))
        .with_cmd(["run", "--server", "--authorization=basic", "--addr=0.0.0.0:8181", "/policy"]);
    let mut started = Container::start(request).await;
    let port = started.port(8181.tcp()).await;
    // It says nothing that can be waited for once it listens, so it is asked.
    tokio::task::spawn_blocking(move || ready::until("OPA is healthy", LIMIT, || Ok(ready::opa(port))))
        .await
        .expect("asking does not panic")
        .expect("OPA in a container gets ready");
    started.url = format!("http://127.0.0.1:{port}");
    started
}
