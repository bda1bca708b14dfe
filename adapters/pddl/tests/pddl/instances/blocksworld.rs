//! Blocksworld with four actions.

use rand::rngs::StdRng;
use rand::seq::SliceRandom;

use super::below;

pub(super) const DOMAIN: &str = "(define (domain blocksworld)
  (:requirements :strips)
  (:predicates (on ?x ?y) (ontable ?x) (clear ?x) (handempty) (holding ?x))
  (:action pick-up :parameters (?x)
    :precondition (and (clear ?x) (ontable ?x) (handempty))
    :effect (and (not (ontable ?x)) (not (clear ?x)) (not (handempty)) (holding ?x)))
  (:action put-down :parameters (?x)
    :precondition (holding ?x)
    :effect (and (not (holding ?x)) (clear ?x) (handempty) (ontable ?x)))
  (:action stack :parameters (?x ?y)
    :precondition (and (holding ?x) (clear ?y))
    :effect (and (not (holding ?x)) (not (clear ?y)) (clear ?x) (handempty) (on ?x ?y)))
  (:action unstack :parameters (?x ?y)
    :precondition (and (on ?x ?y) (clear ?x) (handempty))
    :effect (and (holding ?x) (clear ?y) (not (clear ?x)) (not (handempty)) (not (on ?x ?y)))))
";

pub(super) fn problem(blocks: usize, rng: &mut StdRng) -> String {
    let names: Vec<String> = (1..=blocks).map(|n| format!("b{n}")).collect();
    let (begin, end) = (towers(blocks, rng), towers(blocks, rng));
    let mut init = vec!["(handempty)".to_owned()];
    for tower in &begin {
        init.push(format!("(ontable b{})", tower[0]));
        init.extend(tower.windows(2).map(|pair| format!("(on b{} b{})", pair[1], pair[0])));
        init.push(format!("(clear b{})", tower[tower.len() - 1]));
    }
    let goal: Vec<String> =
        end.iter().flat_map(|tower| tower.windows(2).map(|pair| format!("(on b{} b{})", pair[1], pair[0]))).collect();
    format!(
        "(define (problem towers) (:domain blocksworld)\n  (:objects {})\n  (:init {})\n  (:goal (and {})))\n",
        names.join(" "),
        init.join(" "),
        goal.join(" ")
    )
}

/// The blocks in towers, each from its foot.
fn towers(blocks: usize, rng: &mut StdRng) -> Vec<Vec<usize>> {
    let mut order: Vec<usize> = (1..=blocks).collect();
    order.shuffle(rng);
    let mut towers: Vec<Vec<usize>> = Vec::new();
    for block in order {
        let place = below(rng, towers.len() + 1);
        match towers.get_mut(place) {
            Some(tower) => tower.push(block),
            None => towers.push(vec![block]),
        }
    }
    towers
}
