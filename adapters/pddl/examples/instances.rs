//! Writes the problems that planners are measured on, a domain file and a problem file each, into a folder.

use std::fs;
use std::path::Path;

#[path = "../tests/pddl/instances.rs"]
mod instances;

use instances::{Instance, blocksworld, deployment, gripper, logistics};

fn main() -> std::io::Result<()> {
    let folder = std::env::args().nth(1).unwrap_or_else(|| "instances".to_owned());
    fs::create_dir_all(&folder)?;
    all().iter().try_for_each(|instance| write(Path::new(&folder), instance))
}

fn all() -> Vec<Instance> {
    let blocks = [6, 10, 15, 20, 30, 40, 50, 70, 100].map(|blocks| [1, 2].map(|seed| blocksworld(blocks, seed)));
    let balls = [4, 10, 20, 30, 40, 57, 80].map(gripper);
    let goods = [(2, 2, 4), (3, 3, 8), (5, 3, 15), (8, 4, 25), (10, 5, 40), (12, 6, 60), (16, 6, 90), (20, 6, 80)];
    let goods = goods.map(|(cities, places, packages)| [1, 2].map(|seed| logistics(cities, places, packages, seed)));
    let releases = [(4, 2), (8, 3), (15, 4), (25, 6), (40, 10), (60, 12)];
    let releases = releases.map(|(services, hosts)| [1, 2].map(|seed| deployment(services, hosts, seed)));
    blocks
        .into_iter()
        .flatten()
        .chain(balls)
        .chain(goods.into_iter().flatten())
        .chain(releases.into_iter().flatten())
        .collect()
}

fn write(folder: &Path, instance: &Instance) -> std::io::Result<()> {
    fs::write(folder.join(format!("{}.domain.pddl", instance.name)), instance.domain)?;
    fs::write(folder.join(format!("{}.pddl", instance.name)), &instance.problem)
}
