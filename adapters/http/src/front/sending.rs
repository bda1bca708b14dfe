//! Answers that keep something, such as their place among the requests at work, until they have been sent.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use http_body_util::combinators::BoxBody;
use poem::{Body, Response};

/// Most bytes that are handed on at once: what has been handed on counts as sent, and a slow reader has little of it.
const PART: usize = 64 << 10;

/// The same answer, which keeps something until it has been sent or given up.
pub(super) fn keeping<T: Send + Sync + Unpin + 'static>(mut response: Response, kept: T) -> Response {
    let body = BoxBody::from(response.take_body());
    response.set_body(Body::from(BoxBody::new(Sending { body, rest: Bytes::new(), kept: Some(kept) })));
    response
}

struct Sending<T> {
    body: BoxBody<Bytes, io::Error>,
    /// What was read and not handed on yet.
    rest: Bytes,
    kept: Option<T>,
}

impl<T: Unpin> http_body::Body for Sending<T> {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let this = &mut *self;
        if this.rest.is_empty() {
            match Pin::new(&mut this.body).poll_frame(context) {
                Poll::Ready(Some(Ok(frame))) => match frame.into_data() {
                    Ok(data) => this.rest = data,
                    Err(trailers) => return Poll::Ready(Some(Ok(trailers))),
                },
                other => {
                    if other.is_ready() {
                        this.kept = None;
                    }
                    return other;
                }
            }
        }
        let part = this.rest.split_to(this.rest.len().min(PART));
        Poll::Ready(Some(Ok(Frame::data(part))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let (rest, mut hint) = (self.rest.len() as u64, self.body.size_hint());
        if let Some(upper) = hint.upper() {
            hint.set_upper(upper.saturating_add(rest));
        }
        hint.set_lower(hint.lower().saturating_add(rest));
        hint
    }
}
