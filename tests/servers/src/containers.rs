//! Servers in containers, one a test process and kind, on a Docker engine of this machine.

pub(crate) mod kafka;
pub(crate) mod opa;
pub(crate) mod postgres;
pub(crate) mod redis;

use std::time::Duration;

use testcontainers::core::ContainerPort;
use testcontainers::runners::AsyncRunner;
use testcontainers::{ContainerAsync, ContainerRequest, GenericImage, ImageExt};

use crate::keeper::Keeper;
use crate::setting::setting;

/// How long a container may take to be ready, its pull not counted.
const LIMIT: Duration = Duration::from_secs(120);

/// A running container; removed by its keeper when the process ends, as a static is never dropped.
pub(crate) struct Container {
    /// What the server is reached by.
    pub(crate) url: String,
    container: ContainerAsync<GenericImage>,
    _keeper: Keeper,
}

impl Container {
    /// Starts it and waits until it is ready.
    async fn start(request: ContainerRequest<GenericImage>) -> Self {
        let container = match request.with_startup_timeout(LIMIT).start().await {
            Ok(container) => container,
            Err(error) => panic!("no server: SOMABRAIN_TEST_…_URL is not set, and no container started: {error}"),
        };
        let keeper =
            Keeper::at_the_end("docker rm --force --volumes \"$0\"", container.id()).expect("there is a shell");
        Self { url: String::new(), container, _keeper: keeper }
    }

    /// The port on this machine that leads to one of the container's.
    async fn port(&self, inside: ContainerPort) -> u16 {
        self.container.get_host_port_ipv4(inside).await.expect("the port is exposed")
    }
}

/// The image that the setting names, `name:tag`, or else the default.
fn image(name: &str, default: &str) -> GenericImage {
    let image = setting(name).unwrap_or_else(|| default.to_string());
    match image.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => GenericImage::new(name, tag),
        _ => GenericImage::new(image.as_str(), "latest"),
    }
}
