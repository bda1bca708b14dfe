//! Planning problems made with a seed: three standard domains and one of our own. Used by the tests and, through a path, by
//! the example that writes them into files: hence the paths below.

#[path = "instances/blocksworld.rs"]
mod blocksworld;
#[path = "instances/deployment.rs"]
mod deployment;
#[path = "instances/gripper.rs"]
mod gripper;
#[path = "instances/logistics.rs"]
mod logistics;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

/// A domain and a problem.
pub(crate) struct Instance {
    pub(crate) name: String,
    pub(crate) domain: &'static str,
    pub(crate) problem: String,
}

/// Towers of `blocks` blocks to be built from others.
pub(crate) fn blocksworld(blocks: usize, seed: u64) -> Instance {
    let name = format!("blocksworld-{blocks:03}-{seed}");
    Instance { problem: blocksworld::problem(blocks, &mut rng(seed)), domain: blocksworld::DOMAIN, name }
}

/// `balls` balls to be carried to the other room.
pub(crate) fn gripper(balls: usize) -> Instance {
    Instance { name: format!("gripper-{balls:03}"), domain: gripper::DOMAIN, problem: gripper::problem(balls) }
}

/// Packages to be brought from one of `cities` × `places` places to another.
pub(crate) fn logistics(cities: usize, places: usize, packages: usize, seed: u64) -> Instance {
    let name = format!("logistics-{cities:02}-{places:02}-{packages:03}-{seed}");
    Instance { problem: logistics::problem(cities, places, packages, &mut rng(seed)), domain: logistics::DOMAIN, name }
}

/// A release of `services` services to `hosts` hosts, by the book.
pub(crate) fn deployment(services: usize, hosts: usize, seed: u64) -> Instance {
    let name = format!("deployment-{services:03}-{hosts:02}-{seed}");
    Instance { problem: deployment::problem(services, hosts, &mut rng(seed)), domain: deployment::DOMAIN, name }
}

fn rng(seed: u64) -> StdRng {
    StdRng::seed_from_u64(seed)
}

/// A number below `n`.
fn below(rng: &mut StdRng, n: usize) -> usize {
    rng.random_range(0..n)
}
