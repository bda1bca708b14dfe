//! Executes a plan by the text of domain and problem: its own reader, no grounding, nothing of the crate under test.

use std::collections::{BTreeMap, BTreeSet};

#[derive(Debug, Clone, PartialEq)]
enum Node {
    Word(String),
    List(Vec<Node>),
}

fn parse(text: &str) -> Node {
    let bare: String = text.lines().map(|line| line.split(';').next().unwrap_or("").to_lowercase() + "\n").collect();
    let spaced = bare.replace('(', " ( ").replace(')', " ) ");
    let mut stack = vec![Vec::new()];
    for token in spaced.split_whitespace() {
        match token {
            "(" => stack.push(Vec::new()),
            ")" => {
                let done = stack.pop().unwrap();
                stack.last_mut().unwrap().push(Node::List(done));
            }
            word => stack.last_mut().unwrap().push(Node::Word(word.into())),
        }
    }
    stack.remove(0).remove(0)
}

impl Node {
    fn list(&self) -> &[Node] {
        match self {
            Self::List(list) => list,
            Self::Word(_) => &[],
        }
    }

    fn word(&self) -> &str {
        match self {
            Self::Word(word) => word,
            Self::List(_) => "",
        }
    }

    fn head(&self) -> &str {
        self.list().first().map_or("", Node::word)
    }

    fn sections(&self, name: &str) -> impl Iterator<Item = &[Node]> {
        self.list().iter().filter(move |part| part.head() == name).map(|part| &part.list()[1..])
    }
}

/// Names with the types that stand behind them.
fn typed(list: &[Node]) -> Vec<(String, Vec<String>)> {
    let (mut done, mut waiting, mut at) = (Vec::new(), Vec::new(), 0);
    while at < list.len() {
        if list[at].word() == "-" {
            let types: Vec<String> = match &list[at + 1] {
                Node::Word(word) => vec![word.clone()],
                Node::List(either) => either[1..].iter().map(|one| one.word().to_owned()).collect(),
            };
            done.extend(waiting.drain(..).map(|name| (name, types.clone())));
            at += 2;
        } else {
            waiting.push(list[at].word().to_owned());
            at += 1;
        }
    }
    done.extend(waiting.into_iter().map(|name| (name, vec!["object".to_owned()])));
    done
}

type Atom = Vec<String>;
type Binding = BTreeMap<String, String>;

fn atom(node: &Node, binding: &Binding) -> Atom {
    node.list().iter().map(|one| binding.get(one.word()).cloned().unwrap_or_else(|| one.word().to_owned())).collect()
}

fn holds(node: &Node, state: &BTreeSet<Atom>, binding: &Binding) -> bool {
    match node.head() {
        "" => true,
        "and" => node.list()[1..].iter().all(|part| holds(part, state, binding)),
        "not" => !holds(&node.list()[1], state, binding),
        "=" => atom(node, binding)[1] == atom(node, binding)[2],
        _ => state.contains(&atom(node, binding)),
    }
}

fn effects(node: &Node, binding: &Binding, adds: &mut Vec<Atom>, deletes: &mut Vec<Atom>) {
    match node.head() {
        "" | "increase" => {}
        "and" => node.list()[1..].iter().for_each(|part| effects(part, binding, adds, deletes)),
        "not" => deletes.push(atom(&node.list()[1], binding)),
        _ => adds.push(atom(node, binding)),
    }
}

/// Why a plan is wrong; `Ok` where it is right. Steps are written as `name object object`.
pub(crate) fn validate(domain: &str, problem: &str, steps: &[String]) -> Result<(), String> {
    let (domain, problem) = (parse(domain), parse(problem));
    let above: Vec<(String, Vec<String>)> = domain.sections(":types").flat_map(typed).collect();
    let objects: Vec<(String, Vec<String>)> =
        domain.sections(":constants").chain(problem.sections(":objects")).flat_map(typed).collect();
    let is_a = |object: &str, wanted: &[String]| {
        let mut types: Vec<String> =
            objects.iter().filter(|(name, _)| name == object).flat_map(|(_, types)| types.clone()).collect();
        let mut at = 0;
        while at < types.len() {
            let more: Vec<String> =
                above.iter().filter(|(name, _)| *name == types[at]).flat_map(|(_, up)| up.clone()).collect();
            types.extend(more.into_iter().filter(|one| !types.contains(one)).collect::<Vec<_>>());
            at += 1;
        }
        !types.is_empty() && (wanted.contains(&"object".to_owned()) || wanted.iter().any(|one| types.contains(one)))
    };
    let none = Binding::new();
    let mut state: BTreeSet<Atom> = problem.sections(":init").flatten().map(|fact| atom(fact, &none)).collect();
    for (at, step) in steps.iter().enumerate() {
        let words: Vec<&str> = step.split(' ').collect();
        let schema = domain.sections(":action").find(|schema| schema[0].word() == words[0]);
        let schema = schema.ok_or_else(|| format!("step {at}: no action {step}"))?;
        let part = |name: &str| schema.iter().position(|one| one.word() == name).map(|place| &schema[place + 1]);
        let parameters = part(":parameters").map(|list| typed(list.list())).unwrap_or_default();
        if parameters.len() != words.len() - 1
            || !parameters.iter().zip(&words[1..]).all(|((_, types), object)| is_a(object, types))
        {
            return Err(format!("step {at}: wrong objects in {step}"));
        }
        let binding: Binding =
            parameters.iter().map(|one| one.0.clone()).zip(words[1..].iter().map(|&one| one.to_owned())).collect();
        if !part(":precondition").is_none_or(|condition| holds(condition, &state, &binding)) {
            return Err(format!("step {at}: {step} cannot be done"));
        }
        let (mut adds, mut deletes) = (Vec::new(), Vec::new());
        part(":effect").into_iter().for_each(|effect| effects(effect, &binding, &mut adds, &mut deletes));
        deletes.iter().for_each(|gone| {
            state.remove(gone);
        });
        state.extend(adds);
    }
    let reached = problem.sections(":goal").all(|goal| holds(&goal[0], &state, &none));
    if reached { Ok(()) } else { Err("the goal does not hold in the end".to_owned()) }
}
