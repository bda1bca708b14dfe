//! The program by TLS: clients that know its authority, certificates that are renewed, handshakes that take their time.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use somabrain_servers::authority::{Authority, Certified};
use somabrain_tls::Roots;

use crate::commands::refused;
use crate::server::{Server, command, place, program};

/// The program as it is served with what was certified.
fn served(data: &Path, certified: &Certified) -> Command {
    let mut command = command(&program(), data);
    command.env("SOMABRAIN_TLS_CERT_PATH", certified.chain()).env("SOMABRAIN_TLS_KEY_PATH", certified.key());
    command
}

/// A client with connections of its own that trusts one authority.
fn client(authority: &Authority) -> ureq::Agent {
    let roots = Roots::read(&authority.file()).expect("an authority");
    ureq::Agent::config_builder().tls_config(roots.for_ureq()).build().new_agent()
}

fn status(client: &ureq::Agent, url: &str) -> Result<u16, ureq::Error> {
    Ok(client.get(format!("{url}/livez")).call()?.status().as_u16())
}

fn wait_until(what: &str, mut holds: impl FnMut() -> bool) {
    let begin = Instant::now();
    while !holds() {
        assert!(begin.elapsed() < Duration::from_secs(60), "{what}: it did not happen");
        std::thread::park_timeout(Duration::from_millis(50));
    }
}

#[test]
fn the_service_is_spoken_to_by_tls_alone_and_its_commands_know_how() {
    let (authority, data) = (Authority::new().expect("an authority"), place());
    let certified = authority.certify(&["localhost"]).expect("certified");
    let server = Server::of(served(data.path(), &certified)).expect("it starts");
    let by_name = server.url.replace("127.0.0.1", "localhost");
    assert!(by_name.starts_with("https://localhost:"), "{by_name}");
    assert_eq!(status(&client(&authority), &by_name).expect("it answers"), 200);

    let mut plain = TcpStream::connect(server.url.trim_start_matches("https://")).expect("it listens");
    plain.write_all(b"GET /livez HTTP/1.1\r\nhost: localhost\r\n\r\n").expect("it is written");
    let mut answer = Vec::new();
    let _ = plain.read_to_end(&mut answer);
    assert!(!answer.starts_with(b"HTTP"), "nothing is answered in the clear");

    let typed = |url: &str, authorities: Option<&Path>, arguments: &[&str]| {
        let mut command = command(&program(), data.path());
        command.env("SOMABRAIN_URL", url).args(arguments);
        authorities.map(|file| command.env("SOMABRAIN_TLS_CA_PATH", file));
        command.output().expect("it runs")
    };
    let known = authority.file();
    let stored = typed(&by_name, Some(&known), &["remember", "the ladder stands in the cellar"]);
    assert!(stored.status.success(), "{stored:?}");
    let found = typed(&by_name, Some(&known), &["recall", "ladder"]);
    assert!(String::from_utf8_lossy(&found.stdout).contains("cellar"), "{found:?}");
    assert!(typed(&by_name, Some(&known), &["health"]).status.success());
    refused(&typed(&by_name, None, &["health"]), "invalid peer certificate: UnknownIssuer");
    refused(&typed(&server.url, Some(&known), &["health"]), "certificate not valid for name \"127.0.0.1\"");

    // The health check of a container: no address, the server's own settings.
    let port = server.url.rsplit(':').next().expect("a port");
    let checked = served(data.path(), &certified).env("SOMABRAIN_PORT", port).arg("health").output().expect("it runs");
    assert!(checked.status.success(), "{checked:?}");
}

#[test]
fn a_renewed_certificate_is_shown_without_a_restart_and_a_broken_one_never() {
    let (before, after, data) = (Authority::new().unwrap(), Authority::new().unwrap(), place());
    let own = before.certify(&["127.0.0.1"]).expect("certified");
    let log = data.path().join("log");
    let server =
        Server::logging_to(fs::File::create(&log).expect("a file"), served(data.path(), &own)).expect("it starts");
    let server = server.trusting(&before.file());
    let url = server.url.clone();
    assert_eq!(server.call("GET", "/livez", "").expect("it answers").0, 200);

    let renewed = after.certify(&["127.0.0.1"]).expect("certified");
    fs::copy(renewed.key(), own.key()).expect("copied");
    fs::copy(renewed.chain(), own.chain()).expect("copied");
    wait_until("the renewed certificate is shown", || status(&client(&after), &url).is_ok());
    assert_eq!(server.call("GET", "/livez", "").expect("its connection is as it was").0, 200);
    status(&client(&before), &url).expect_err("a new connection of the old authority");

    fs::write(own.chain(), "half a certificate").expect("written");
    server.signal("HUP").expect("it is asked to look");
    wait_until("it is told", || fs::read_to_string(&log).expect("a log").contains("has no certificate"));
    assert_eq!(status(&client(&after), &url).expect("the one before is shown on"), 200);
    fs::copy(renewed.chain(), own.chain()).expect("copied");
}

#[test]
fn slow_handshakes_delay_nobody_and_end() {
    let (authority, data) = (Authority::new().expect("an authority"), place());
    let certified = authority.certify(&["127.0.0.1"]).expect("certified");
    let server = Server::of(served(data.path(), &certified)).expect("it starts");
    let slow = || {
        let mut slow = TcpStream::connect(server.url.trim_start_matches("https://")).expect("it listens");
        slow.write_all(&[0x16, 0x03, 0x01]).expect("the beginning of a handshake");
        slow
    };
    let mut slow: Vec<TcpStream> = (0..20).map(|_| slow()).collect();
    for _ in 0..5 {
        let begin = Instant::now();
        assert_eq!(status(&client(&authority), &server.url).expect("it answers"), 200);
        assert!(begin.elapsed() < Duration::from_secs(2), "{:?}", begin.elapsed());
    }
    // As long as the head of a request may take, ten seconds.
    for slow in &mut slow {
        slow.set_read_timeout(Some(Duration::from_secs(20))).expect("set");
        let ended = slow.read(&mut [0; 16]);
        assert!(
            matches!(ended, Ok(0)) || ended.is_err_and(|error| error.kind() == std::io::ErrorKind::ConnectionReset)
        );
    }
}

#[test]
fn files_that_do_not_fit_are_told_in_one_line() {
    let (authority, data) = (Authority::new().expect("an authority"), place());
    let (one, another) =
        (authority.certify(&["one"]).expect("certified"), authority.certify(&["two"]).expect("certified"));
    let old = authority.certify_until(&["old"], 2020).expect("certified");
    let told = |variables: &[(&str, &Path)], words: &str| {
        for arguments in [&["serve"][..], &["check-config"]] {
            let mut command = command(&program(), data.path());
            refused(&command.envs(variables.iter().copied()).args(arguments).output().expect("it runs"), words);
        }
    };
    const CERT: &str = "SOMABRAIN_TLS_CERT_PATH";
    const KEY: &str = "SOMABRAIN_TLS_KEY_PATH";
    told(&[(CERT, one.chain())], "set SOMABRAIN_TLS_KEY_PATH");
    told(&[(KEY, one.key())], "set SOMABRAIN_TLS_CERT_PATH");
    told(&[(CERT, one.chain()), (KEY, another.key())], "is not that of the certificate in");
    told(&[(CERT, one.key()), (KEY, one.key())], "has no certificate");
    told(&[(CERT, old.chain()), (KEY, old.key())], "has expired at 2020-01-01T00:00:00.000000Z: renew it");
    told(&[(CERT, Path::new("/nowhere/own.pem")), (KEY, one.key())], "could not read the file /nowhere/own.pem");
    told(&[("SOMABRAIN_TLS_CA_PATH", one.key())], "SOMABRAIN_TLS_CA_PATH cannot be used: the file");
}
