//! Other texts: short English sentences about many things, made by a grammar, always the same.

use std::collections::HashSet;

/// Chance that is the same each time (Knuth's constants).
pub(crate) struct Chance(u64);

impl Chance {
    /// Chance of that seed.
    pub(crate) fn of(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(1))
    }

    /// A number below `end`, which is above 0.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % end
    }

    fn one<'a>(&mut self, words: &'a str) -> &'a str {
        let words: Vec<&str> = words.split(", ").collect();
        words[self.below(words.len())]
    }
}

/// So many different sentences.
pub(crate) fn sentences(count: usize) -> Vec<String> {
    let (mut chance, mut seen) = (Chance::of(7), HashSet::new());
    std::iter::repeat_with(|| sentence(&mut chance)).filter(|text| seen.insert(text.clone())).take(count).collect()
}

fn sentence(chance: &mut Chance) -> String {
    let (done, things) = TOPICS[chance.below(TOPICS.len())];
    let (who, done, thing) = (chance.one(WHO), chance.one(done), chance.one(things));
    let (place, time) = (chance.one(PLACES), chance.one(TIMES));
    match chance.below(4) {
        0 => format!("{} {done} the {thing} {place}.", capital(who)),
        1 => format!("{}, {who} {done} a {thing}.", capital(time)),
        2 => format!(
            "{} {done} {} {thing} {time}.",
            capital(who),
            chance.one("an old, a new, the second, another, the green")
        ),
        _ => format!("The {thing} that {who} {done} {time} is {place}."),
    }
}

fn capital(text: &str) -> String {
    let (first, rest) = text.split_at(1);
    first.to_uppercase() + rest
}

const WHO: &str = "Aurel, Brigid, Casimir, Delphine, Edmund, Florin, Giselle, Hakon, Ilse, Jarek, Katinka, Leander, \
    Mirela, Nikodem, Odile, Pascal, Quirin, Rosalba, Silvan, Tamsin, Ulrika, Valentin, Wanda, Xenia, Yorick, Zdenka, \
    the neighbour, our landlord, the new trainee, my dentist, the night nurse, an old colleague, the choir leader, \
    the plumber, a tourist, the librarian, the vet, her aunt, his stepbrother, the caretaker, the referee, the cook";

const PLACES: &str = "in the attic, behind the shed, at the harbour, near the viaduct, in the waiting room, beside the \
    stove, on the second floor, under the bridge, at the market, in the glasshouse, on the ferry, in the court yard, \
    next to the lift, at the depot, outside the theatre, in the archive, on the south lawn, at the border";

const TIMES: &str = "last autumn, on Thursday, before breakfast, during the storm, after the meeting, in early May, twice \
    a month, around noon, over the holidays, at dawn, three years ago, between two shifts, late at night, in the rain, \
    on the first day, after the wedding, by accident, without asking";

/// What is done, and to what.
const TOPICS: [(&str, &str); 16] = [
    (
        "cooked, burnt, seasoned, tasted, served",
        "goulash, lentil stew, rhubarb tart, pumpkin soup, omelette, trout, risotto",
    ),
    (
        "planted, watered, pruned, dug up, sold",
        "hydrangea, fig tree, raspberry hedge, cucumber, thyme bed, oak sapling",
    ),
    (
        "repaired, painted, dismantled, bought, lost",
        "bicycle, lawn mower, toaster, sewing machine, scooter, heater, drill",
    ),
    (
        "reviewed, merged, reverted, deployed, tested",
        "patch, parser, login form, cache layer, cron job, schema, webhook",
    ),
    (
        "played, practised, recorded, composed, forgot",
        "sonata, waltz, lullaby, trumpet solo, hymn, folk tune, overture",
    ),
    (
        "visited, photographed, sketched, described, left",
        "cathedral, lagoon, vineyard, canyon, castle, lighthouse, museum",
    ),
    ("treated, examined, fed, brushed, found", "tortoise, spaniel, pony, canary, hedgehog, hamster, stray kitten"),
    ("signed, cancelled, renewed, misread, printed", "lease, insurance policy, invoice, permit, contract, tax form"),
    (
        "knitted, washed, ironed, mended, borrowed",
        "cardigan, raincoat, waistcoat, scarf, uniform, quilt, pair of gloves",
    ),
    (
        "won, postponed, watched, organised, missed",
        "chess match, regatta, marathon, quiz night, judo course, bowling evening",
    ),
    (
        "read, translated, returned, annotated, quoted",
        "novel, almanac, travel diary, cookery book, atlas, poem, biography",
    ),
    ("diagnosed, measured, reported, ignored, explained", "fever, sprained ankle, allergy, high pulse, migraine, rash"),
    ("wired, welded, varnished, carved, ordered", "bookcase, staircase, doorbell, window frame, bench, weather vane"),
    ("mapped, crossed, swept, flooded, closed", "tunnel, meadow, crossing, car park, footpath, canal lock, playground"),
    (
        "counted, archived, exported, deleted, compared",
        "survey answers, bank statements, log files, star charts, ballots",
    ),
    ("brewed, poured, spilled, recommended, bottled", "cider, espresso, ginger beer, mulled wine, camomile tea, stout"),
];
