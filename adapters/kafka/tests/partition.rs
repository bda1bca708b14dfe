//! Keys belong where Kafka's own clients put them.

#[path = "../src/partition.rs"]
mod partition;

/// The vectors of Kafka's own `UtilsTest`.
#[test]
fn the_hash_is_kafkas() {
    for (bytes, hash) in [
        ("21", -973_932_308),
        ("foobar", -790_332_482),
        ("a-little-bit-long-string", -985_981_536),
        ("a-little-bit-longer-string", -1_486_304_829),
        ("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58_897_971),
        ("abc", 479_470_107),
    ] {
        assert_eq!(partition::murmur2(bytes.as_bytes()).cast_signed(), hash, "{bytes}");
    }
}

#[test]
fn the_partition_is_the_positive_part_of_the_hash_modulo_their_number() {
    assert_eq!(partition::of_key(b"foobar", 6), (-790_332_482_i32 & 0x7fff_ffff) % 6);
    assert_eq!(partition::of_key(b"foobar", 1), 0);
}
