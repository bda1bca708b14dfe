//! Logistics: a truck in each city, airplanes between their airports.

use rand::rngs::StdRng;

use super::below;

pub(super) const DOMAIN: &str = "(define (domain logistics)
  (:requirements :strips :typing)
  (:types truck airplane - vehicle package vehicle - thing airport location - place city place thing - object)
  (:predicates (in-city ?l - place ?c - city) (at ?o - thing ?l - place) (in ?p - package ?v - vehicle))
  (:action drive :parameters (?t - truck ?from ?to - place ?c - city)
    :precondition (and (at ?t ?from) (in-city ?from ?c) (in-city ?to ?c))
    :effect (and (not (at ?t ?from)) (at ?t ?to)))
  (:action fly :parameters (?a - airplane ?from ?to - airport)
    :precondition (at ?a ?from)
    :effect (and (not (at ?a ?from)) (at ?a ?to)))
  (:action load :parameters (?v - vehicle ?p - package ?l - place)
    :precondition (and (at ?v ?l) (at ?p ?l))
    :effect (and (not (at ?p ?l)) (in ?p ?v)))
  (:action unload :parameters (?v - vehicle ?p - package ?l - place)
    :precondition (and (at ?v ?l) (in ?p ?v))
    :effect (and (not (in ?p ?v)) (at ?p ?l))))
";

pub(super) fn problem(cities: usize, places: usize, packages: usize, rng: &mut StdRng) -> String {
    let planes = cities.div_ceil(4);
    let mut objects = String::new();
    let mut init = String::new();
    for city in 0..cities {
        objects += &format!("c{city} - city t{city} - truck l{city}-0 - airport ");
        (1..places).for_each(|place| objects += &format!("l{city}-{place} - location "));
        (0..places).for_each(|place| init += &format!("(in-city l{city}-{place} c{city}) "));
        init += &format!("(at t{city} l{city}-{}) ", below(rng, places));
    }
    for plane in 0..planes {
        objects += &format!("a{plane} - airplane ");
        init += &format!("(at a{plane} l{}-0) ", below(rng, cities));
    }
    let mut goal = String::new();
    for package in 0..packages {
        objects += &format!("p{package} - package ");
        init += &format!("(at p{package} l{}-{}) ", below(rng, cities), below(rng, places));
        goal += &format!("(at p{package} l{}-{}) ", below(rng, cities), below(rng, places));
    }
    format!(
        "(define (problem deliver) (:domain logistics)\n  (:objects {objects})\n  (:init {init})\n  (:goal (and {goal})))\n"
    )
}
