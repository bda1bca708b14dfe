//! An OpenTelemetry collector: takes what is posted to `/v1/traces` and keeps it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{KeyValue, any_value::Value};
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;

/// The collector, as long as the test lasts.
pub(crate) struct Collector {
    /// Where it answers.
    pub(crate) url: String,
    told: Arc<Mutex<Vec<Told>>>,
}

/// A span with the attributes of whom it comes from.
#[derive(Debug, Clone)]
pub(crate) struct Told {
    pub(crate) span: Span,
    pub(crate) resource: Vec<KeyValue>,
}

impl Told {
    /// An attribute of the span as text, empty where there is none.
    pub(crate) fn attribute(&self, key: &str) -> String {
        text(&self.span.attributes, key)
    }

    /// An attribute of the process.
    pub(crate) fn resource(&self, key: &str) -> String {
        text(&self.resource, key)
    }
}

fn text(attributes: &[KeyValue], key: &str) -> String {
    let value = attributes.iter().find(|one| one.key == key).and_then(|one| one.value.clone()?.value);
    match value {
        Some(Value::StringValue(text)) => text,
        Some(Value::IntValue(number)) => number.to_string(),
        other => other.map(|other| format!("{other:?}")).unwrap_or_default(),
    }
}

impl Collector {
    pub(crate) fn start() -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let url = format!("http://{}", listener.local_addr()?);
        let told: Arc<Mutex<Vec<Told>>> = Arc::default();
        let kept = told.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let kept = kept.clone();
                // It ends with the connection.
                std::thread::spawn(move || while take(&stream, &kept).is_ok() {});
            }
        });
        Ok(Self { url, told })
    }

    /// All spans so far.
    pub(crate) fn told(&self) -> Vec<Told> {
        self.told.lock().expect("nobody panics with it").clone()
    }

    /// Those for which it holds, once there are so many.
    pub(crate) fn wait_for(&self, count: usize, wanted: impl Fn(&Told) -> bool) -> Vec<Told> {
        let begin = Instant::now();
        loop {
            let found: Vec<Told> = self.told().into_iter().filter(&wanted).collect();
            if found.len() >= count {
                return found;
            }
            let all: Vec<String> = self.told().into_iter().map(|one| one.span.name).collect();
            assert!(begin.elapsed() < Duration::from_secs(30), "{} of {count} in {all:?}", found.len());
            std::thread::park_timeout(Duration::from_millis(50));
        }
    }
}

/// One request and its answer.
fn take(stream: &TcpStream, kept: &Mutex<Vec<Told>>) -> Result<()> {
    let mut reader = BufReader::new(stream);
    let (mut length, mut line) = (0, String::new());
    anyhow::ensure!(reader.read_line(&mut line)? > 0, "the connection has ended");
    anyhow::ensure!(line.starts_with("POST /v1/traces "), "{line}");
    loop {
        let mut header = String::new();
        reader.read_line(&mut header)?;
        let header = header.trim().to_ascii_lowercase();
        if header.is_empty() {
            break;
        }
        if let Some(value) = header.strip_prefix("content-length:") {
            length = value.trim().parse()?;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let request = ExportTraceServiceRequest::decode(&body[..]).context("protocol buffers")?;
    for of_process in request.resource_spans {
        let resource = of_process.resource.map(|resource| resource.attributes).unwrap_or_default();
        let spans = of_process.scope_spans.into_iter().flat_map(|scope| scope.spans);
        let told = spans.map(|span| Told { span, resource: resource.clone() });
        kept.lock().expect("nobody panics with it").extend(told);
    }
    let mut stream = stream;
    stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-type: application/x-protobuf\r\ncontent-length: 0\r\n\r\n")?;
    Ok(())
}
