//! What a Kubernetes Service is to its clients: one address in front of replicas. New connections go in turn to those that
//! said last that they are ready; connections stay where they are; nothing is repeated.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use anyhow::Result;

/// How often each replica is asked whether it is ready.
const POLL: Duration = Duration::from_millis(200);
/// How long its answer may take.
const PATIENCE: Duration = Duration::from_secs(1);

/// A proxy on a port of its own; dropped, it takes no more connections.
pub(crate) struct Proxy {
    /// Where it listens.
    pub(crate) url: String,
    shared: Arc<Shared>,
    watcher: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    endpoints: Mutex<Vec<Endpoint>>,
    turn: AtomicUsize,
    over: AtomicBool,
}

#[derive(Clone, Copy)]
struct Endpoint {
    address: SocketAddr,
    ready: bool,
}

impl Proxy {
    /// Begins to balance over the replicas.
    pub(crate) fn start(replicas: &[String]) -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let url = format!("http://{}", listener.local_addr()?);
        let shared = Arc::new(Shared::default());
        let accepting = shared.clone();
        thread::spawn(move || accepting.accept(&listener));
        let watching = shared.clone();
        let watcher = thread::spawn(move || watching.watch());
        let proxy = Self { url, shared, watcher: Some(watcher) };
        replicas.iter().try_for_each(|replica| proxy.add(replica))?;
        Ok(proxy)
    }

    /// One more replica; it is asked nothing before it is ready.
    pub(crate) fn add(&self, url: &str) -> Result<()> {
        let address = url.trim_start_matches("http://").parse()?;
        self.shared.endpoints.lock().expect("no panic").push(Endpoint { address, ready: false });
        Ok(())
    }

    /// Forgets a replica that has ended.
    pub(crate) fn remove(&self, url: &str) {
        let gone = url.trim_start_matches("http://");
        self.shared.endpoints.lock().expect("no panic").retain(|one| one.address.to_string() != gone);
    }

    /// How many replicas were ready when they were asked last.
    pub(crate) fn ready(&self) -> usize {
        self.shared.endpoints.lock().expect("no panic").iter().filter(|one| one.ready).count()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.shared.over.store(true, Ordering::SeqCst);
        // Wakes the accepting thread, so that it sees that it is over.
        drop(TcpStream::connect(self.url.trim_start_matches("http://")));
        drop(self.watcher.take().map(JoinHandle::join));
    }
}

impl Shared {
    fn watch(&self) {
        while !self.over.load(Ordering::SeqCst) {
            let asked = self.endpoints.lock().expect("no panic").clone();
            for endpoint in asked {
                let ready = is_ready(endpoint.address).unwrap_or(false);
                let mut endpoints = self.endpoints.lock().expect("no panic");
                endpoints.iter_mut().filter(|one| one.address == endpoint.address).for_each(|one| one.ready = ready);
            }
            thread::park_timeout(POLL);
        }
    }

    fn accept(self: &Arc<Self>, listener: &TcpListener) {
        while let Ok((client, _)) = listener.accept() {
            if self.over.load(Ordering::SeqCst) {
                return;
            }
            let shared = self.clone();
            // A replica that refuses costs the client its connection, as it does behind a Service.
            thread::spawn(move || shared.next().map(|replica| connect(client, replica)));
        }
    }

    fn next(&self) -> Option<SocketAddr> {
        let endpoints = self.endpoints.lock().expect("no panic");
        let ready: Vec<SocketAddr> = endpoints.iter().filter(|one| one.ready).map(|one| one.address).collect();
        let turn = self.turn.fetch_add(1, Ordering::SeqCst);
        (!ready.is_empty()).then(|| ready[turn % ready.len()])
    }
}

/// What a kubelet asks.
fn is_ready(replica: SocketAddr) -> io::Result<bool> {
    let mut stream = TcpStream::connect_timeout(&replica, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    write!(stream, "GET /readyz HTTP/1.1\r\nhost: {replica}\r\nconnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer.starts_with("HTTP/1.1 200"))
}

/// Copies both ways until both have ended.
fn connect(client: TcpStream, replica: SocketAddr) -> io::Result<()> {
    let server = TcpStream::connect(replica)?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let (from, to) = (client.try_clone()?, server.try_clone()?);
    let asking = thread::spawn(move || copy(from, to));
    copy(server, client);
    drop(asking.join());
    Ok(())
}

fn copy(mut from: TcpStream, mut to: TcpStream) {
    // However it ends, the other side is told.
    drop(io::copy(&mut from, &mut to));
    drop(to.shutdown(Shutdown::Write));
}
