//! Gripper: two hands, two rooms.

pub(super) const DOMAIN: &str = "(define (domain gripper)
  (:requirements :strips)
  (:predicates (room ?r) (ball ?b) (gripper ?g) (at-robby ?r) (at ?b ?r) (free ?g) (carry ?o ?g))
  (:action move :parameters (?from ?to)
    :precondition (and (room ?from) (room ?to) (at-robby ?from))
    :effect (and (at-robby ?to) (not (at-robby ?from))))
  (:action pick :parameters (?obj ?room ?gripper)
    :precondition (and (ball ?obj) (room ?room) (gripper ?gripper) (at ?obj ?room) (at-robby ?room) (free ?gripper))
    :effect (and (carry ?obj ?gripper) (not (at ?obj ?room)) (not (free ?gripper))))
  (:action drop :parameters (?obj ?room ?gripper)
    :precondition (and (ball ?obj) (room ?room) (gripper ?gripper) (carry ?obj ?gripper) (at-robby ?room))
    :effect (and (at ?obj ?room) (free ?gripper) (not (carry ?obj ?gripper)))))
";

pub(super) fn problem(balls: usize) -> String {
    let each = |what: &dyn Fn(usize) -> String| (1..=balls).map(what).collect::<Vec<_>>().join(" ");
    format!(
        "(define (problem move-balls) (:domain gripper)\n  (:objects rooma roomb left right {})\n  (:init (room rooma) \
         (room roomb) (gripper left) (gripper right) (free left) (free right) (at-robby rooma) {} {})\n  (:goal (and {})))\n",
        each(&|n| format!("ball{n}")),
        each(&|n| format!("(ball ball{n})")),
        each(&|n| format!("(at ball{n} rooma)")),
        each(&|n| format!("(at ball{n} roomb)")),
    )
}
