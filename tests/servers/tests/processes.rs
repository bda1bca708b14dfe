//! A test's own servers obey.

#![expect(clippy::unwrap_used, reason = "a test fails where something is not there")]

use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use somabrain_servers::processes::{Server, Servers};

fn accepts(server: &Server) -> bool {
    let address =
        server.url().rsplit('/').find_map(|part| part.rsplit('@').next()?.parse::<SocketAddr>().ok()).unwrap();
    TcpStream::connect_timeout(&address, Duration::from_secs(2)).is_ok()
}

#[test]
fn every_server_starts_again_where_it_was_after_a_stop_and_after_a_kill() {
    let mut servers = Servers::start().unwrap();
    let Servers { redis, postgres, kafka, opa } = &mut servers;
    for server in [redis, postgres, kafka, opa] {
        let (url, first) = (server.url().to_string(), server.pid());
        server.stop().unwrap();
        assert!(!accepts(server), "{server:?} is stopped");
        server.start().unwrap();
        assert!(accepts(server), "{server:?} is back");
        server.kill().unwrap();
        assert!(!accepts(server), "{server:?} is killed");
        server.start().unwrap();
        assert!(accepts(server), "{server:?} is back again");
        assert_eq!(server.url(), url);
        assert_ne!(server.pid(), first);
    }
}

#[test]
fn a_paused_server_accepts_and_is_silent_until_it_is_resumed() {
    let mut server = Server::redis().unwrap();
    server.pause().unwrap();
    assert!(accepts(&server));
    let state = || std::fs::read_to_string(format!("/proc/{}/stat", server.pid().unwrap())).unwrap();
    assert!(state().contains(") T "), "{}", state());
    server.resume().unwrap();
    assert!(!state().contains(") T "), "{}", state());
    server.kill().unwrap();
    assert!(server.pause().is_err(), "there is nothing to pause");
}

#[test]
fn a_dropped_server_leaves_neither_process_nor_folder() {
    let server = Server::postgres().unwrap();
    let (pid, folder) = (server.pid().unwrap(), server.folder().to_path_buf());
    drop(server);
    assert!(!std::path::Path::new(&format!("/proc/{pid}")).exists());
    assert!(!folder.exists());
}
