//! Postgres in a container.

use std::time::Duration;

use testcontainers::ImageExt;
use testcontainers::core::{Healthcheck, IntoContainerPort, WaitFor};

use super::{Container, image};

pub(crate) async fn start() -> Container {
    // The official image starts twice, first on its socket only: hence the host.
    let check = Healthcheck::cmd(["pg_isready", "--host=127.0.0.1", "--username=postgres"])
        .with_interval(Duration::from_millis(500))
        .with_retries(240);
    let request = image("SOMABRAIN_TEST_POSTGRES_IMAGE", "postgres:15")
        .with_exposed_port(5432.tcp())
        .with_wait_for(WaitFor::healthcheck())
        .with_env_var("POSTGRES_HOST_AUTH_METHOD", "trust")
        .with_health_check(check)
        .with_cmd(["postgres", "-c", "max_connections=300", "-c", "fsync=off"]);
    let mut started = Container::start(request).await;
    started.url = format!("postgres://postgres@127.0.0.1:{}/postgres", started.port(5432.tcp()).await);
    started
}
