//! A release by the book: services are built, tested and pushed; a stateful one is backed up and migrated; a host is taken
//! out of rotation before anything is installed on it, never the last one; what others depend on comes first.

use rand::rngs::StdRng;

use super::below;

pub(super) const DOMAIN: &str = "(define (domain deployment)
  (:requirements :strips :typing :negative-preconditions :equality)
  (:types stateful stateless - service service host - object)
  (:predicates (wants ?s ?a ?b - service) (base ?s - service) (placed ?s - service ?h - host)
    (built ?s - service) (tested ?s - service) (pushed ?s - service) (backed-up ?s - stateful)
    (ready ?s - service) (in-rotation ?h - host) (installed ?s - service ?h - host) (healthy ?s - service))
  (:action build :parameters (?s - service) :precondition (not (built ?s)) :effect (built ?s))
  (:action test :parameters (?s - service) :precondition (built ?s) :effect (tested ?s))
  (:action push :parameters (?s - service) :precondition (and (built ?s) (tested ?s)) :effect (pushed ?s))
  (:action prepare :parameters (?s - stateless) :precondition (pushed ?s) :effect (ready ?s))
  (:action back-up :parameters (?s - stateful ?h - host)
    :precondition (and (placed ?s ?h) (in-rotation ?h)) :effect (backed-up ?s))
  (:action migrate :parameters (?s - stateful)
    :precondition (and (pushed ?s) (backed-up ?s)) :effect (and (ready ?s) (not (backed-up ?s)) (not (healthy ?s))))
  (:action drain :parameters (?h ?other - host)
    :precondition (and (in-rotation ?h) (in-rotation ?other) (not (= ?h ?other))) :effect (not (in-rotation ?h)))
  (:action install-base :parameters (?s - service ?h - host)
    :precondition (and (base ?s) (ready ?s) (placed ?s ?h) (not (in-rotation ?h))) :effect (installed ?s ?h))
  (:action install :parameters (?s ?a ?b - service ?h - host)
    :precondition (and (wants ?s ?a ?b) (healthy ?a) (healthy ?b) (ready ?s) (placed ?s ?h) (not (in-rotation ?h)))
    :effect (installed ?s ?h))
  (:action restore :parameters (?h - host) :precondition (not (in-rotation ?h)) :effect (in-rotation ?h))
  (:action check :parameters (?s - service ?h - host)
    :precondition (and (installed ?s ?h) (in-rotation ?h)) :effect (healthy ?s)))
";

pub(super) fn problem(services: usize, hosts: usize, rng: &mut StdRng) -> String {
    let mut objects = String::new();
    let mut init = String::new();
    let mut goal = String::new();
    for host in 0..hosts {
        objects += &format!("h{host} - host ");
        init += &format!("(in-rotation h{host}) ");
        goal += &format!("(in-rotation h{host}) ");
    }
    for service in 0..services {
        let kind = if below(rng, 3) == 0 { "stateful" } else { "stateless" };
        objects += &format!("s{service} - {kind} ");
        init += &format!("(placed s{service} h{}) ", below(rng, hosts));
        if service < 2 || below(rng, 4) == 0 {
            init += &format!("(base s{service}) ");
        } else {
            init += &format!("(wants s{service} s{} s{}) ", below(rng, service), below(rng, service));
        }
        goal += &format!("(healthy s{service}) ");
    }
    format!(
        "(define (problem release) (:domain deployment)\n  (:objects {objects})\n  (:init {init})\n  (:goal (and {goal})))\n"
    )
}
