//! An embeddings endpoint on loopback that encodes words, knows a few that mean the same, and can misbehave.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::{Value, json};

/// Dimensions where nobody asks for a number of them.
pub(crate) const DIMENSIONS: usize = 384;

/// One request: its first line, its headers in lower case, its body.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) line: String,
    pub(crate) headers: Vec<String>,
    pub(crate) body: Value,
}

impl Asked {
    /// How many texts it asks for.
    pub(crate) fn texts(&self) -> usize {
        self.body["input"].as_array().map_or(0, Vec::len)
    }
}

/// What the endpoint does with a request.
#[derive(Debug, Clone)]
pub(crate) enum Manner {
    /// Encodes it.
    Well,
    /// Encodes it and lists the answers backwards, each with its index.
    Backwards,
    /// Answers this status, these headers, this body.
    Saying(u16, &'static str, String),
    /// Reads it and says nothing.
    Hanging,
}

#[derive(Default)]
struct State {
    asked: Vec<Asked>,
    /// What becomes of the next requests; then all is well.
    next: VecDeque<Manner>,
}

/// A running endpoint; its threads end with the test.
#[derive(Clone)]
pub(crate) struct Endpoint {
    pub(crate) url: String,
    state: Arc<Mutex<State>>,
}

impl Endpoint {
    /// On any free port.
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::new(Mutex::new(State::default()));
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let state = Arc::clone(&shared);
                thread::spawn(move || serve(stream.unwrap(), &state));
            }
        });
        Self { url, state }
    }

    /// Does so with the next requests, one each; then all is well again.
    pub(crate) fn behave(&self, manners: impl IntoIterator<Item = Manner>) {
        self.state.lock().unwrap().next = manners.into_iter().collect();
    }

    /// What was asked so far.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.state.lock().unwrap().asked.clone()
    }
}

/// Answers requests of one connection until it ends.
fn serve(stream: TcpStream, state: &Mutex<State>) -> Option<()> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let mut writer = stream;
    loop {
        let asked = read(&mut reader)?;
        let manner = {
            let mut state = state.lock().unwrap();
            state.asked.push(asked.clone());
            state.next.pop_front().unwrap_or(Manner::Well)
        };
        let (status, headers, body) = match manner {
            Manner::Well if asked.body.to_string().contains(REFUSED) => (400, "", REFUSAL.to_owned()),
            Manner::Well => (200, "", answer(&asked.body, false)),
            Manner::Backwards => (200, "", answer(&asked.body, true)),
            Manner::Saying(status, headers, body) => (status, headers, body),
            Manner::Hanging => {
                reader.read_exact(&mut [0]).ok();
                return None;
            }
        };
        let length = body.len();
        write!(writer, "HTTP/1.1 {status} x\r\n{headers}content-length: {length}\r\n\r\n{body}").ok()?;
    }
}

fn read(reader: &mut impl BufRead) -> Option<Asked> {
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim_end() {
            "" => break,
            line => lines.push(line.to_owned()),
        }
    }
    let line = lines.remove(0);
    let headers: Vec<String> = lines.iter().map(|line| line.to_lowercase()).collect();
    let length = headers.iter().find_map(|header| header.strip_prefix("content-length: "));
    let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
    reader.read_exact(&mut body).ok()?;
    Some(Asked { line, headers: lines, body: serde_json::from_slice(&body).unwrap_or_default() })
}

fn answer(asked: &Value, backwards: bool) -> String {
    let dims = asked["dimensions"].as_u64().map_or(DIMENSIONS, |dims| usize::try_from(dims).unwrap());
    let texts = asked["input"].as_array().cloned().unwrap_or_default();
    let item = |(index, text): (usize, &Value)| json!({"object": "embedding", "index": index, "embedding": vector(text.as_str().unwrap(), dims)});
    let mut data: Vec<Value> = texts.iter().enumerate().map(item).collect();
    if backwards {
        data.reverse();
    }
    json!({"object": "list", "data": data, "model": asked["model"], "usage": {"total_tokens": 1}}).to_string()
}

/// A word that this endpoint does not take, nor any request that holds it.
pub(crate) const REFUSED: &str = "unencodable";
const REFUSAL: &str =
    r#"{"error": {"message": "one of the inputs cannot be encoded", "type": "invalid_request_error"}}"#;

/// Words that this endpoint takes for one.
const SAME: [[&str; 2]; 2] = [["automobile", "car"], ["zorblatt", "quimbel"]];

/// The sum of a direction for each word; a text without words has a direction of its own.
fn vector(text: &str, dims: usize) -> Vec<f32> {
    let lower = text.to_lowercase();
    let words = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let same = |word| SAME.iter().find(|[from, _]| *from == word).map_or(word, |[_, to]| *to);
    let mut words: Vec<&str> = words.map(same).collect();
    if words.is_empty() {
        words.push(text);
    }
    let mut vector = vec![0f32; dims];
    for word in words {
        let seed = word
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3));
        let mut noise = seed | 1;
        for x in &mut vector {
            noise ^= noise << 13;
            noise ^= noise >> 7;
            noise ^= noise << 17;
            *x += if noise & 1 == 0 { 1.0 } else { -1.0 };
        }
    }
    vector
}
