//! Where a key belongs: the rule of Kafka's own clients, so that all producers put a tenant into the same partition.

/// The partition of `key` among so many: the positive part of its murmur2 modulo their number.
pub(crate) fn of_key(key: &[u8], partitions: i32) -> i32 {
    (murmur2(key) & 0x7fff_ffff) as i32 % partitions.max(1)
}

/// MurmurHash 2 of 32 bits as `org.apache.kafka.common.utils.Utils.murmur2` computes it.
pub(crate) fn murmur2(bytes: &[u8]) -> u32 {
    const SEED: u32 = 0x9747_b28c;
    const M: u32 = 0x5bd1_e995;
    let words = bytes.chunks_exact(4);
    let rest = words.remainder();
    let mut hash = SEED ^ bytes.len() as u32;
    for word in words {
        let mut k = word.iter().rev().fold(0, |k, &byte| k << 8 | u32::from(byte)).wrapping_mul(M);
        k = (k ^ k >> 24).wrapping_mul(M);
        hash = hash.wrapping_mul(M) ^ k;
    }
    if !rest.is_empty() {
        hash ^= rest.iter().rev().fold(0, |k, &byte| k << 8 | u32::from(byte));
        hash = hash.wrapping_mul(M);
    }
    hash = (hash ^ hash >> 13).wrapping_mul(M);
    hash ^ hash >> 15
}
