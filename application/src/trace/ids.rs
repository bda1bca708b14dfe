//! Identifiers of traces and spans, and how they are written.

use std::fmt;

use thiserror::Error;
use uuid::Uuid;

/// A trace; never zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TraceId(u128);

/// A span; never zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SpanId(u64);

/// A span of somebody's and its trace, as they travel in the header `traceparent`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Traceparent {
    /// The trace.
    pub trace: TraceId,
    /// The span.
    pub span: SpanId,
    /// Whether it is recorded.
    pub sampled: bool,
}

/// A text that is no `traceparent`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a traceparent has the form 00-<32 hexadecimal digits>-<16>-<2>, and neither id is zero")]
pub struct InvalidTraceparent;

impl TraceId {
    /// Made of something unique.
    pub(super) fn of(unique: Uuid) -> Self {
        Self(unique.as_u128().max(1))
    }

    /// Its bytes, the most significant first.
    pub fn to_bytes(self) -> [u8; 16] {
        self.0.to_be_bytes()
    }
}

impl SpanId {
    /// Made of something unique: mixed, since ids of one moment differ in few bits.
    pub(super) fn of(unique: Uuid) -> Self {
        let (high, low) = unique.as_u64_pair();
        Self::mixed(high.rotate_left(32) ^ low)
    }

    /// The `nth` span below this one: another for every number.
    pub(super) fn next(self, nth: u64) -> Self {
        Self::mixed(self.0.wrapping_add(nth.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15)))
    }

    /// Of any eight bytes.
    pub fn from_bytes(bytes: [u8; 8]) -> Self {
        Self(u64::from_be_bytes(bytes).max(1))
    }

    /// Its bytes, the most significant first.
    pub fn to_bytes(self) -> [u8; 8] {
        self.0.to_be_bytes()
    }

    /// The finalizer of SplitMix64 (Steele, Lea, Flood 2014), a bijection.
    fn mixed(mut bits: u64) -> Self {
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        Self((bits ^ (bits >> 31)).max(1))
    }
}

impl Traceparent {
    /// Reads the header (W3C Trace Context, section 3.2): lowercase hexadecimal digits, no id zero, version not `ff`.
    pub fn parse(text: &str) -> Result<Self, InvalidTraceparent> {
        let parts: Vec<&str> = text.split('-').collect();
        let [version, trace, span, flags] = parts[..] else { return Err(InvalidTraceparent) };
        let lowercase = |part: &str| part.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        let lengths = [version.len(), trace.len(), span.len(), flags.len()];
        if lengths != [2, 32, 16, 2] || !parts.iter().all(|part| lowercase(part)) || version == "ff" {
            return Err(InvalidTraceparent);
        }
        let trace = u128::from_str_radix(trace, 16).map_err(|_| InvalidTraceparent)?;
        let span = u64::from_str_radix(span, 16).map_err(|_| InvalidTraceparent)?;
        let flags = u8::from_str_radix(flags, 16).map_err(|_| InvalidTraceparent)?;
        if trace == 0 || span == 0 {
            return Err(InvalidTraceparent);
        }
        Ok(Self { trace: TraceId(trace), span: SpanId(span), sampled: flags & 1 == 1 })
    }

    /// The same trace with another span in it.
    pub fn with_span(self, span: SpanId) -> Self {
        Self { span, ..self }
    }
}

impl fmt::Display for Traceparent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "00-{}-{}-{:02x}", self.trace, self.span, u8::from(self.sampled))
    }
}

impl fmt::Display for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl fmt::Display for SpanId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}
