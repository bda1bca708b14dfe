//! An address that leads to one server or another, as a Kubernetes Service does whose selector is patched.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use anyhow::Result;

/// The address. Connections that are open stay with the server that they were made to.
pub(crate) struct Selector {
    /// Where it answers: `http://127.0.0.1:port`.
    pub(crate) url: String,
    target: Arc<Mutex<String>>,
}

impl Selector {
    /// An address that leads to the server at `url`.
    pub(crate) fn to(url: &str) -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let own = format!("http://{}", listener.local_addr()?);
        let target = Arc::new(Mutex::new(address(url)));
        let current = target.clone();
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let target = current.lock().expect("nobody panics with it").clone();
                std::thread::spawn(move || pass(client, &target));
            }
        });
        Ok(Self { url: own, target })
    }

    /// From now on it leads to the server at `url`.
    pub(crate) fn turn_to(&self, url: &str) {
        *self.target.lock().expect("nobody panics with it") = address(url);
    }
}

fn address(url: &str) -> String {
    url.trim_start_matches("http://").to_owned()
}

/// Both directions until either ends; nothing where nobody is there.
fn pass(client: TcpStream, target: &str) {
    let Ok(target) = target.parse::<SocketAddr>() else { return };
    let Ok(server) = TcpStream::connect(target) else { return };
    let (Ok(from_client), Ok(to_server)) = (client.try_clone(), server.try_clone()) else { return };
    let back = std::thread::spawn(move || copy(server, client));
    copy(from_client, to_server);
    // It ends with the connection, however that ends.
    let _ = back.join();
}

fn copy(mut from: TcpStream, mut to: TcpStream) {
    let mut bytes = [0; 16 << 10];
    while let Ok(read @ 1..) = from.read(&mut bytes) {
        if to.write_all(&bytes[..read]).is_err() {
            break;
        }
    }
    let _ = (from.shutdown(Shutdown::Both), to.shutdown(Shutdown::Both));
}
