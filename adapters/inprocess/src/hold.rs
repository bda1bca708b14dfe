//! A place where work can be held up, as by a server that does not answer yet.

use tokio::sync::watch;

/// Open at first.
#[derive(Debug)]
pub struct Hold(watch::Sender<bool>);

impl Default for Hold {
    fn default() -> Self {
        Self(watch::Sender::new(false))
    }
}

impl Hold {
    /// Whoever comes from now on waits.
    pub fn close(&self) {
        self.0.send_replace(true);
    }

    /// Whoever waits goes on.
    pub fn open(&self) {
        self.0.send_replace(false);
    }

    pub(crate) async fn pass(&self) {
        // It fails only without a sender, which `self` is.
        let _ = self.0.subscribe().wait_for(|closed| !closed).await;
    }
}
