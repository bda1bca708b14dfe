//! Tests of the networked profile as a whole, on real servers that they start themselves.

mod density;
mod journeys;
mod load;
mod outages;
mod rebuilding;
mod replicas;
mod server;
mod stack;
