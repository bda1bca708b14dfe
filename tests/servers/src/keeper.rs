//! Nothing started for a test outlives its process, however that ends.

use std::io;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};

/// A shell that waits for the end of this process, seen by the end of its input, and then acts. Dropped before that, it
/// ends without acting.
pub(crate) struct Keeper(Child);

impl Keeper {
    /// `act` is a shell command, which reads `subject` as `$0`. In a process group of its own, so that the signal of a
    /// terminal that ends the tests does not end it.
    pub(crate) fn at_the_end(act: &str, subject: &str) -> io::Result<Self> {
        Command::new("sh")
            .args(["-c", &format!("cat > /dev/null; {act}"), subject])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .map(Self)
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        // Killed first: its input closes only afterwards. The `cat` in it ends with its input.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}
