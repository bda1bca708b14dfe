//! Redis in a container.

use testcontainers::core::{IntoContainerPort, WaitFor};

use super::{Container, image};

pub(crate) async fn start() -> Container {
    let image = image("SOMABRAIN_TEST_REDIS_IMAGE", "redis:7")
        .with_exposed_port(6379.tcp())
        .with_wait_for(WaitFor::message_on_stdout("Ready to accept connections"));
    let mut started = Container::start(image.into()).await;
    started.url = format!("redis://127.0.0.1:{}", started.port(6379.tcp()).await);
    started
}
