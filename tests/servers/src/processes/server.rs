//! A server as a process.

use std::fmt;
use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;

use crate::keeper::Keeper;
use crate::ready::until;

/// How long a server may take to start or to stop, several times what it needs on a busy machine.
const LIMIT: Duration = Duration::from_secs(90);

/// How often a server may give up at its start: some seconds of trying.
const STARTS: u32 = 50;

/// What to run, and how to talk with it.
pub(super) struct Recipe {
    pub(super) name: &'static str,
    pub(super) url: String,
    /// Makes the command; the server stays in the foreground.
    pub(super) command: Box<dyn Fn(&Path) -> Command + Send + Sync>,
    /// Whether it serves; asked with the file of what it said since this start.
    pub(super) ready: Box<dyn Fn(&Path) -> bool + Send + Sync>,
    /// The signal on which it ends without waiting for its clients.
    pub(super) stop: &'static str,
}

/// One server with a port and a folder of its own. Dropped, it is killed, its folder removed; neither outlives the process.
pub struct Server {
    recipe: Recipe,
    running: Option<(Child, Keeper)>,
    folder: TempDir,
}

impl Server {
    /// Starts a server that was prepared in its folder.
    pub(super) fn of(recipe: Recipe, folder: TempDir) -> io::Result<Self> {
        let mut server = Self { recipe, running: None, folder };
        server.start()?;
        Ok(server)
    }

    /// What clients reach it by, in the form of the function of the same server in this crate; the same for its whole life.
    pub fn url(&self) -> &str {
        &self.recipe.url
    }

    /// Its data, and `log`, what it said since its last start.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The process, while there is one.
    pub fn pid(&self) -> Option<u32> {
        self.running.as_ref().map(|(child, _)| child.id())
    }

    /// Starts it again on the same port and folder and waits until it is ready; nothing if it runs.
    ///
    /// # Errors
    /// It was not ready within a minute and a half: the message ends with what it said.
    pub fn start(&mut self) -> io::Result<()> {
        if self.running.is_some() {
            return Ok(());
        }
        let mut starts = 0;
        until(&format!("{} is ready", self.recipe.name), LIMIT, || self.is_up(&mut starts))
            .map_err(|error| self.with_log(&error))
    }

    /// Asks it to stop and waits until it ended; nothing if it does not run.
    ///
    /// # Errors
    /// It did not end within a minute and a half.
    pub fn stop(&mut self) -> io::Result<()> {
        let Some((mut child, keeper)) = self.running.take() else { return Ok(()) };
        drop(keeper);
        signal(self.recipe.stop, child.id())?;
        let ended = until(&format!("{} ends", self.recipe.name), LIMIT, || Ok(child.try_wait()?.is_some()));
        if ended.is_err() {
            child.kill()?;
            child.wait()?;
        }
        ended
    }

    /// Ends it at once, as a power cut would; nothing if it does not run.
    ///
    /// # Errors
    /// The process could not be waited for.
    pub fn kill(&mut self) -> io::Result<()> {
        let Some((mut child, keeper)) = self.running.take() else { return Ok(()) };
        drop(keeper);
        // One just born has what its parent listens on until it is told that the parent is gone.
        let born = children(child.id()).unwrap_or_default();
        child.kill()?;
        child.wait()?;
        born.iter().for_each(|child| {
            signal("KILL", *child).ok();
        });
        born.into_iter().try_for_each(until_gone)
    }

    /// Makes it hang: connections are accepted, by the kernel, and nothing is answered.
    ///
    /// # Errors
    /// It does not run.
    pub fn pause(&self) -> io::Result<()> {
        let pid = self.alive()?;
        signal("STOP", pid)?;
        until_stopped(pid)?;
        // None is born any more. One that has ended meanwhile has nothing to be told.
        let children = children(pid)?;
        children.iter().for_each(|child| {
            signal("STOP", *child).ok();
        });
        children.into_iter().try_for_each(until_stopped)
    }

    /// Lets it go on after [`Server::pause`].
    ///
    /// # Errors
    /// It does not run.
    pub fn resume(&self) -> io::Result<()> {
        let pid = self.alive()?;
        for child in children(pid)? {
            signal("CONT", child).ok();
        }
        signal("CONT", pid)
    }

    fn alive(&self) -> io::Result<u32> {
        self.pid().ok_or_else(|| io::Error::other(format!("{} does not run", self.recipe.name)))
    }

    /// Whether it serves. One that gave up is started once more, a number of times: after a kill Postgres refuses to start
    /// until the memory that it shared with its children is free.
    fn is_up(&mut self, starts: &mut u32) -> io::Result<bool> {
        let log = self.folder.path().join("log");
        if let Some((child, _)) = &mut self.running {
            if child.try_wait()?.is_none() {
                return Ok((self.recipe.ready)(&log));
            }
            self.running = None;
        }
        *starts += 1;
        if *starts > STARTS {
            return Err(io::Error::other(format!("{} ended {STARTS} times at its start", self.recipe.name)));
        }
        let said = File::create(&log)?;
        let mut command = (self.recipe.command)(self.folder.path());
        let child = command.stdin(Stdio::null()).stdout(said.try_clone()?).stderr(said).spawn()?;
        let keeper = Keeper::at_the_end("kill -KILL \"$0\"", &child.id().to_string())?;
        self.running = Some((child, keeper));
        Ok(false)
    }

    fn with_log(&self, error: &io::Error) -> io::Error {
        let log = std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
        let end: Vec<_> = log.lines().rev().take(20).collect();
        io::Error::other(format!("{error}\n{}", end.into_iter().rev().collect::<Vec<_>>().join("\n")))
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("url", &self.recipe.url).field("pid", &self.pid()).finish_non_exhaustive()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Nobody is left to hear of a failure.
        drop(self.kill());
    }
}

/// Runs a command that prepares a server, and fails with what it said.
pub(super) fn run(command: &mut Command) -> io::Result<()> {
    let output = command.stdin(Stdio::null()).output()?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(io::Error::other(format!("{:?}: {}: {said}", command.get_program(), output.status)))
}

fn signal(name: &str, pid: u32) -> io::Result<()> {
    run(Command::new("kill").args([format!("-{name}"), pid.to_string()]))
}

fn children(pid: u32) -> io::Result<Vec<u32>> {
    let children = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children"))?;
    Ok(children.split_whitespace().filter_map(|child| child.parse().ok()).collect())
}

/// Waits until nothing of a process is left but what its parent may still ask for.
fn until_gone(pid: u32) -> io::Result<()> {
    let gone = || fs::read_to_string(format!("/proc/{pid}/stat")).map_or(true, |stat| stat.contains(") Z "));
    until(&format!("process {pid} is gone"), LIMIT, || Ok(gone()))
}

/// Waits until a process stands still or is gone: a signal reaches one that runs at that moment a little later.
fn until_stopped(pid: u32) -> io::Result<()> {
    let stopped = || fs::read_to_string(format!("/proc/{pid}/stat")).map_or(true, |stat| stat.contains(") T "));
    until(&format!("process {pid} stands still"), LIMIT, || Ok(stopped()))
}
