//! Events of a topic as batches, each for one partition.

use std::collections::BTreeMap;

use application::ports::events::Event;

use crate::message::Message;
use crate::partition;

/// Bytes of messages in a batch: half of what a broker takes unless it is told otherwise. One message is at most a
/// tenth of it.
const BATCH_BYTES: usize = 512 * 1024;

/// Messages that go to a partition in one request.
pub(crate) struct Batch<'a> {
    pub(crate) partition: i32,
    pub(crate) messages: Vec<Message<'a>>,
    size: usize,
}

/// The batches to send one after the other; the events of a partition keep their order.
pub(crate) fn batches<'a>(
    events: impl Iterator<Item = &'a Event>,
    partitions: i32,
) -> Result<Vec<Batch<'a>>, serde_json::Error> {
    let mut batches: BTreeMap<i32, Vec<Batch<'a>>> = BTreeMap::new();
    for event in events {
        let message = Message::of(event)?;
        let partition = partition::of_key(message.key(), partitions);
        let of_partition = batches.entry(partition).or_default();
        match of_partition.last_mut() {
            Some(batch) if batch.size + message.size() <= BATCH_BYTES => {
                batch.size += message.size();
                batch.messages.push(message);
            }
            _ => of_partition.push(Batch { partition, size: message.size(), messages: vec![message] }),
        }
    }
    Ok(batches.into_values().flatten().collect())
}
