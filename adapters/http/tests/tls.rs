//! Connections by TLS: the limits of those in the clear hold for them too.

#![expect(clippy::unwrap_used, reason = "a test fails where something is not there")]

use std::future::pending;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::time::Timestamp;
use poem::endpoint::make_sync;
use poem::{EndpointExt, Response};
use somabrain_http::{Limits, Stopping, serve};
use somabrain_servers::authority::Authority;
use somabrain_tls::{Identity, Listener, Roots, Verification};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::pki_types::ServerName;

const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n";
const SHORT: Duration = Duration::from_millis(300);
const LONG: Duration = Duration::from_secs(20);

/// Who asks, with what it takes to be let in.
struct Client {
    address: SocketAddr,
    connector: TlsConnector,
}

impl Client {
    async fn connected(&self) -> std::io::Result<TlsStream<TcpStream>> {
        let name = ServerName::try_from("localhost").unwrap();
        self.connector.connect(name, TcpStream::connect(self.address).await?).await
    }
}

/// Serves with these limits while `asked` goes on.
async fn served<F: Future<Output = ()>>(limits: Limits, asked: impl FnOnce(Client) -> F) {
    let authority = Authority::new().unwrap();
    let certified = authority.certify(&["localhost"]).unwrap();
    let identity = Identity::read(certified.chain(), certified.key(), Timestamp::MIN).unwrap();
    let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap();
    let roots = Roots::read(&authority.file()).unwrap();
    let connector = TlsConnector::from(Arc::new(roots.client(Verification::Full)));
    let listener = Listener::new(socket, Some(Arc::new(identity)));
    let endpoint = make_sync(|_| Response::from("well")).map_to_response();
    tokio::select! {
        served = serve(listener, endpoint, Stopping::default(), limits, pending()) => panic!("it ended: {served:?}"),
        () = asked(Client { address, connector }) => {}
    }
}

/// How long it takes until the other side hangs up.
async fn hangs_up(stream: &mut (impl AsyncReadExt + Unpin)) -> Duration {
    let begin = Instant::now();
    let ended = tokio::time::timeout(LONG, stream.read_to_end(&mut Vec::new())).await;
    ended.expect("it hangs up").unwrap_or_default();
    begin.elapsed()
}

#[tokio::test]
async fn requests_are_answered_one_after_the_other() {
    served(Limits::default(), |client| async move {
        let mut stream = client.connected().await.unwrap();
        for _ in 0..2 {
            stream.write_all(REQUEST).await.unwrap();
            let mut answer = [0; 15];
            stream.read_exact(&mut answer).await.unwrap();
            assert_eq!(&answer, b"HTTP/1.1 200 OK");
            let mut rest = vec![0; 1024];
            while !rest.windows(4).any(|four| four == b"well") {
                let read = stream.read(&mut rest).await.unwrap();
                assert!(read > 0);
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_handshake_may_take_as_long_as_the_head_of_a_request() {
    served(Limits { header_time: SHORT, ..Limits::default() }, |client| async move {
        let mut silent = TcpStream::connect(client.address).await.unwrap();
        let mut slow = TcpStream::connect(client.address).await.unwrap();
        slow.write_all(&[0x16, 0x03, 0x01, 0x01]).await.unwrap();
        assert!(hangs_up(&mut silent).await >= SHORT / 2);
        hangs_up(&mut slow).await;
        client.connected().await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn the_head_of_a_request_must_be_over_in_time() {
    served(Limits { header_time: Duration::from_secs(2), ..Limits::default() }, |client| async move {
        let mut stream = client.connected().await.unwrap();
        stream.write_all(&REQUEST[..20]).await.unwrap();
        let took = hangs_up(&mut stream).await;
        assert!(took >= Duration::from_secs(1), "{took:?}");
    })
    .await;
}

#[tokio::test]
async fn a_silent_connection_is_closed() {
    served(Limits { idle_time: SHORT, ..Limits::default() }, |client| async move {
        let mut stream = client.connected().await.unwrap();
        hangs_up(&mut stream).await;
    })
    .await;
}

#[tokio::test]
async fn handshakes_take_places_among_the_connections() {
    served(Limits { connections: 1, header_time: SHORT, ..Limits::default() }, |client| async move {
        let mut silent = TcpStream::connect(client.address).await.unwrap();
        silent.write_all(&[0x16]).await.unwrap();
        assert!(client.connected().await.is_err(), "there is no place");
        hangs_up(&mut silent).await;
        let begin = Instant::now();
        while client.connected().await.is_err() {
            assert!(begin.elapsed() < LONG, "its place is free again");
        }
    })
    .await;
}

/// The server has written what it has not sent: nothing is read meanwhile, and no write has to wait.
#[tokio::test]
async fn who_asks_on_and_takes_no_answers_is_hung_up_on() {
    served(Limits { connections: 1, idle_time: Duration::from_secs(2), ..Limits::default() }, |client| async move {
        let mut greedy = client.connected().await.unwrap();
        let requests = REQUEST.repeat(1_000);
        while tokio::time::timeout(Duration::from_secs(1), greedy.write_all(&requests))
            .await
            .is_ok_and(|sent| sent.is_ok())
        {}
        let begin = Instant::now();
        while client.connected().await.is_err() {
            assert!(begin.elapsed() < LONG, "its place is free again");
        }
    })
    .await;
}

#[tokio::test]
async fn blank_lines_before_a_request_are_no_head() {
    served(Limits { header_time: Duration::from_secs(2), ..Limits::default() }, |client| async move {
        let mut stream = client.connected().await.unwrap();
        stream.write_all(b"\r\n\r\n\r\nGET / HT").await.unwrap();
        hangs_up(&mut stream).await;
        let mut stream = client.connected().await.unwrap();
        stream.write_all(&[b"\r\n\r\n", REQUEST].concat()).await.unwrap();
        let mut answer = [0; 12];
        stream.read_exact(&mut answer).await.unwrap();
        assert_eq!(&answer, b"HTTP/1.1 200");
    })
    .await;
}
