//! What is spoken on a connection: HTTP/1.1, and nothing else.

#![expect(clippy::unwrap_used, reason = "a test fails where something is not there")]

use std::future::pending;
use std::net::SocketAddr;
use std::time::Duration;

use poem::endpoint::make_sync;
use poem::{EndpointExt, Response};
use somabrain_http::{Limits, Stopping, serve};
use somabrain_tls::Listener;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// The preface of HTTP/2, empty settings, and a request for `/` as its first stream.
const HTTP_2: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00\
    \x00\x00\x03\x01\x05\x00\x00\x00\x01\x82\x84\x86";

/// Serves while `asked` goes on.
async fn served<F: Future<Output = ()>>(asked: impl FnOnce(SocketAddr) -> F) {
    let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap();
    let endpoint = make_sync(|_| Response::from("well")).map_to_response();
    let (listener, limits) = (Listener::new(socket, None), Limits::default());
    tokio::select! {
        served = serve(listener, endpoint, Stopping::default(), limits, pending()) => panic!("it ended: {served:?}"),
        () = asked(address) => {}
    }
}

/// All that comes back, until the other side hangs up.
async fn said(mut stream: TcpStream) -> Vec<u8> {
    let mut said = Vec::new();
    // Reset counts as well as closed: what was sent may not have been read.
    tokio::time::timeout(Duration::from_secs(5), stream.read_to_end(&mut said)).await.unwrap().unwrap_or_default();
    said
}

/// Sends in pieces of this length.
async fn sent(address: SocketAddr, bytes: &[u8], piece: usize) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.set_nodelay(true).unwrap();
    for piece in bytes.chunks(piece) {
        if stream.write_all(piece).await.is_err() {
            break;
        }
        tokio::time::timeout(Duration::from_millis(2), pending::<()>()).await.unwrap_or_default();
    }
    stream
}

#[tokio::test]
async fn a_connection_that_begins_with_http_2_is_closed_without_a_word() {
    served(|address| async move {
        for piece in [HTTP_2.len(), 1, 3, 14, 20] {
            let said = said(sent(address, HTTP_2, piece).await).await;
            assert!(said.is_empty(), "in pieces of {piece}: {said:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_request_that_begins_alike_is_answered_in_whatever_pieces_it_comes() {
    let request = b"PRI / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    served(|address| async move {
        for piece in [request.len(), 1, 3, 5] {
            let said = said(sent(address, request, piece).await).await;
            assert!(said.starts_with(b"HTTP/1.1 200 OK"), "in pieces of {piece}: {said:?}");
        }
    })
    .await;
}
