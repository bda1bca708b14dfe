//! What tenants do: the requests, and what each comes to.

use anyhow::{Context, Result, ensure};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::Tenant;
use super::model::Kept;
use crate::server::Sent;

pub(crate) const TENANTS: usize = 3;
pub(crate) const NAMESPACES: [&str; 2] = ["default", "work"];
const USERS: [&str; 2] = ["ada", "ben"];
const SESSIONS: [&str; 2] = ["s-1", "s-2"];
/// The number of a text that all tenants say.
const SAME_FOR_ALL: u8 = 3;

/// Something that a tenant does. Numbers name ids, namespaces, users, sessions, keys: the same for all tenants.
#[derive(Debug, Clone)]
pub(crate) enum Act {
    Remember { id: Option<u8>, said: u8, place: u8, key: Option<u8> },
    Batch { first: u8, said: u8, place: u8 },
    Recall { place: u8 },
    Read { id: u8 },
    ReadOf { whose: u8 },
    Change { id: u8, importance: u8 },
    Link { from: u8, to: u8 },
    Feedback { whose: u8 },
    Plan { place: u8 },
    Erase { id: u8 },
    EraseUser { place: u8, within: bool },
    EraseSession { place: u8 },
    EraseNamespace { place: u8 },
    Session { place: u8 },
    EndSession { place: u8 },
    Page,
    FollowCursorOf { whose: u8 },
}

/// A request as it is sent.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) method: &'static str,
    pub(crate) target: String,
    pub(crate) body: String,
    pub(crate) key: Option<String>,
}

/// Sequences of acts, each by one of the tenants.
pub(crate) fn acts() -> impl Strategy<Value = Vec<(usize, Act)>> {
    let (id, place, whose) = (0..4_u8, 0..8_u8, 0..3_u8);
    let act = prop_oneof![
        6 => (prop::option::of(id.clone()), 0..=SAME_FOR_ALL, place.clone(), prop::option::of(0..2_u8))
            .prop_map(|(id, said, place, key)| Act::Remember { id, said, place, key }),
        2 => (0..3_u8, 0..=SAME_FOR_ALL, place.clone()).prop_map(|(first, said, place)| Act::Batch { first, said, place }),
        4 => place.clone().prop_map(|place| Act::Recall { place }),
        2 => id.clone().prop_map(|id| Act::Read { id }),
        2 => whose.clone().prop_map(|whose| Act::ReadOf { whose }),
        2 => (id.clone(), 0..10_u8).prop_map(|(id, importance)| Act::Change { id, importance }),
        1 => (id.clone(), id.clone()).prop_map(|(from, to)| Act::Link { from, to }),
        2 => whose.clone().prop_map(|whose| Act::Feedback { whose }),
        1 => place.clone().prop_map(|place| Act::Plan { place }),
        1 => id.prop_map(|id| Act::Erase { id }),
        1 => (place.clone(), any::<bool>()).prop_map(|(place, within)| Act::EraseUser { place, within }),
        1 => place.clone().prop_map(|place| Act::EraseSession { place }),
        1 => place.clone().prop_map(|place| Act::EraseNamespace { place }),
        2 => place.clone().prop_map(|place| Act::Session { place }),
        1 => place.prop_map(|place| Act::EndSession { place }),
        1 => Just(Act::Page),
        2 => whose.prop_map(|whose| Act::FollowCursorOf { whose }),
    ];
    prop::collection::vec((0..TENANTS, act), 1..40)
}

fn id(number: u8) -> String {
    format!("01990000-0000-7000-8000-{number:012}")
}

/// The ids that tenants give by themselves, the same ones.
pub(crate) fn ids_of_all() -> impl Iterator<Item = String> {
    (0..4).map(id)
}

fn namespace(place: u8) -> &'static str {
    NAMESPACES[usize::from(place & 1)]
}

fn user(place: u8) -> &'static str {
    USERS[usize::from(place >> 1 & 1)]
}

fn session(place: u8) -> &'static str {
    SESSIONS[usize::from(place >> 2 & 1)]
}

fn kept(tenant: &Tenant, said: u8, place: u8) -> Kept {
    // One text is the same for all, so that nothing but the tenant tells whose it is.
    let mark = if said == SAME_FOR_ALL { "the" } else { &tenant.mark };
    Kept {
        content: format!("{mark} door number {said} is open"),
        namespace: namespace(place).to_owned(),
        user: user(place).to_owned(),
        session: session(place).to_owned(),
        importance: 0.5,
    }
}

fn memory(kept: &Kept, id: Option<String>) -> Value {
    let mut memory = json!({"content": kept.content, "namespace": kept.namespace, "user_id": kept.user,
                            "session_id": kept.session});
    if let Some(id) = id {
        memory["id"] = id.into();
    }
    memory
}

impl Act {
    /// The request of the tenant `who`.
    pub(crate) fn request(&self, tenants: &[Tenant], who: usize) -> Asked {
        let own = &tenants[who];
        let (method, target, body, key) = match self {
            Self::Remember { id: named, said, place, key } => {
                let memory = memory(&kept(own, *said, *place), named.map(id));
                ("POST", "/remember".into(), memory, key.map(|key| format!("key-{key}")))
            }
            Self::Batch { first, said, place } => {
                let memories = [Some(id(*first)), None].map(|id| memory(&kept(own, *said, *place), id));
                ("POST", "/remember/batch".into(), json!({ "memories": memories }), None)
            }
            Self::Recall { place } => {
                let body = json!({"query": "which door is open?", "namespace": namespace(*place), "k": 100,
                                  "session_id": session(*place), "explain": true, "include_superseded": true});
                ("POST", "/recall".into(), body, None)
            }
            Self::Read { id: named } => ("GET", format!("/memories/{}", id(*named)), Value::Null, None),
            Self::ReadOf { whose } => {
                let id = tenants[usize::from(*whose)].made.last().cloned().unwrap_or_else(|| id(99));
                ("GET", format!("/memories/{id}"), Value::Null, None)
            }
            Self::Change { id: named, importance } => {
                let body = json!({"importance": f64::from(*importance) / 10.0});
                ("PATCH", format!("/memories/{}", id(*named)), body, None)
            }
            Self::Link { from, to } => {
                let body = json!({"to": id(*to), "relation": "related"});
                ("POST", format!("/memories/{}/links", id(*from)), body, None)
            }
            Self::Feedback { whose } => {
                let other = &tenants[usize::from(*whose)];
                let (recall, ids) = other.recalled.clone().unwrap_or_else(|| (id(98), vec![id(0)]));
                let useful = ids.first().cloned().unwrap_or_else(|| id(97));
                ("POST", "/recall/feedback".into(), json!({"recall_id": recall, "useful": [useful]}), None)
            }
            Self::Plan { place } => {
                let body =
                    json!({"goal": "the door is open", "namespace": namespace(*place), "session_id": session(*place)});
                ("POST", "/plan".into(), body, None)
            }
            Self::Erase { id: named } => ("DELETE", format!("/memories/{}", id(*named)), Value::Null, None),
            Self::EraseUser { place, within } => {
                let within = if *within { format!("&namespace={}", namespace(*place)) } else { String::new() };
                ("DELETE", format!("/memories?user_id={}{within}", user(*place)), Value::Null, None)
            }
            Self::EraseSession { place } => {
                ("DELETE", format!("/memories?session_id={}", session(*place)), Value::Null, None)
            }
            Self::EraseNamespace { place } => {
                ("DELETE", format!("/namespaces/{}", namespace(*place)), Value::Null, None)
            }
            Self::Session { place } => ("GET", format!("/sessions/{}", session(*place)), Value::Null, None),
            Self::EndSession { place } => ("DELETE", format!("/sessions/{}", session(*place)), Value::Null, None),
            Self::Page => ("GET", "/memories?limit=1".into(), Value::Null, None),
            Self::FollowCursorOf { whose } => {
                let cursor = tenants[usize::from(*whose)].cursor.clone().unwrap_or_else(|| "0".repeat(48));
                ("GET", format!("/memories?limit=1&cursor={cursor}"), Value::Null, None)
            }
        };
        let body = if body.is_null() { String::new() } else { body.to_string() };
        Asked { method, target, body, key }
    }

    /// Holds the answer against the tenant's model, and lets the model do the same.
    pub(crate) fn check(&self, own: &mut Tenant, asked: &Asked, answer: &Sent) -> Result<()> {
        let body: Value = serde_json::from_str(&answer.body).unwrap_or(Value::Null);
        let is = |status: u16| -> Result<()> {
            ensure!(answer.status == status, "{}, expected {status}: {}", answer.status, answer.body);
            Ok(())
        };
        let found = |known: bool| is(if known { 200 } else { 404 });
        match self {
            Self::Remember { id: named, said, place, .. } => {
                let kept = kept(own, *said, *place);
                remembered(own, asked, answer, &[(named.map(id), kept)], &[&body])
            }
            Self::Batch { first, said, place } => {
                let kept = kept(own, *said, *place);
                let wanted = [(Some(id(*first)), kept.clone()), (None, kept)];
                let answers: Vec<&Value> = body["memories"].as_array().into_iter().flatten().collect();
                remembered(own, asked, answer, &wanted, &answers)
            }
            Self::Recall { place } => {
                is(200)?;
                let ids = ids(&body["memories"]);
                let within =
                    |id: &String| own.model.memories.get(id).is_some_and(|kept| kept.namespace == namespace(*place));
                ensure!(ids.iter().all(within), "recalled what is not there: {ids:?}");
                let there = own.model.memories.keys().filter(|id| within(id)).count();
                ensure!(ids.len() == there, "recalled {} of {there}", ids.len());
                let recall = body["recall_id"].as_str().context("a recall has an id")?.to_owned();
                own.made.push(recall.clone());
                // A recall that found nothing cannot be learned from, and is not kept.
                own.recalled = Some((recall, ids)).filter(|(_, ids)| !ids.is_empty()).or(own.recalled.take());
                Ok(())
            }
            Self::Read { id: named } => found(own.model.memories.contains_key(&id(*named))),
            Self::ReadOf { .. } => {
                found(own.model.memories.contains_key(asked.target.trim_start_matches("/memories/")))
            }
            Self::Change { id: named, importance } => {
                let known = own.model.memories.get_mut(&id(*named));
                found(known.is_some())?;
                if let Some(kept) = known {
                    kept.importance = f64::from(*importance) / 10.0;
                }
                Ok(())
            }
            Self::Link { from, to } => {
                let known = |number: u8| own.model.memories.contains_key(&id(number));
                match (known(*from), known(*to)) {
                    (true, true) if from != to => is(201),
                    (false, _) => ensured([404, 422].contains(&answer.status), answer),
                    _ => is(422).or_else(|_| ensured(from == to && answer.status == 201, answer)),
                }
            }
            Self::Feedback { .. } => {
                let own_recall = own.made.iter().any(|made| asked.body.contains(made));
                match own_recall {
                    // Nothing may have been recalled, or the same feedback may have been given before.
                    true => ensured([200, 409, 422].contains(&answer.status), answer),
                    false => is(404),
                }
            }
            Self::Plan { .. } => is(200),
            Self::Erase { id: named } => {
                let erased = own.model.erase(|other, _| other == id(*named));
                found(erased == 1)
            }
            Self::EraseUser { place, within } => {
                let meant = |_: &str, kept: &Kept| {
                    kept.user == user(*place) && (!within || kept.namespace == namespace(*place))
                };
                receipt(own.model.erase(meant), &body, answer)
            }
            Self::EraseSession { place } => {
                receipt(own.model.erase(|_, kept| kept.session == session(*place)), &body, answer)
            }
            Self::EraseNamespace { place } => {
                receipt(own.model.erase(|_, kept| kept.namespace == namespace(*place)), &body, answer)
            }
            Self::Session { .. } => {
                is(200)?;
                let held = body["memories"].as_array().into_iter().flatten();
                let held: Vec<String> = held.filter_map(|one| Some(one["memory"]["id"].as_str()?.to_owned())).collect();
                ensure!(held.iter().all(|id| own.model.memories.contains_key(id)), "holds what is not there: {held:?}");
                Ok(())
            }
            Self::EndSession { .. } => is(200),
            Self::Page => {
                is(200)?;
                own.cursor = body["next_cursor"].as_str().map(str::to_owned).or(own.cursor.take());
                Ok(())
            }
            Self::FollowCursorOf { .. } => {
                let is_own = own.cursor.as_ref().is_some_and(|cursor| asked.target.ends_with(cursor.as_str()));
                is(if is_own { 200 } else { 422 })
            }
        }
    }
}

fn ensured(holds: bool, answer: &Sent) -> Result<()> {
    ensure!(holds, "{} {}", answer.status, answer.body);
    Ok(())
}

fn receipt(erased: usize, body: &Value, answer: &Sent) -> Result<()> {
    ensure!(answer.status == 200 && body["erased"] == json!(erased), "erased {erased}, not {} {body}", answer.status);
    Ok(())
}

fn ids(memories: &Value) -> Vec<String> {
    memories.as_array().into_iter().flatten().filter_map(|one| Some(one["id"].as_str()?.to_owned())).collect()
}

/// Memories were to be stored, all or none, perhaps under a key.
fn remembered(
    own: &mut Tenant,
    asked: &Asked,
    answer: &Sent,
    wanted: &[(Option<String>, Kept)],
    answers: &[&Value],
) -> Result<()> {
    if let Some((body, ids)) = asked.key.as_ref().and_then(|key| own.model.keys.get(key)) {
        let gone = ids.iter().any(|id| own.model.erased.contains(id));
        let replayed = || answers.iter().zip(ids).all(|(one, id)| one["id"] == json!(id));
        return match (*body == asked.body, gone) {
            (false, _) => ensured(answer.status == 422, answer),
            (true, true) => ensured(answer.status == 409, answer),
            (true, false) => ensured((200..300).contains(&answer.status) && replayed(), answer),
        };
    }
    let mut after: Vec<(String, Kept)> = Vec::new();
    let mut status = 200;
    for (at, (id, kept)) in wanted.iter().enumerate() {
        let (known, alone) = own.model.stored(id.as_deref(), kept);
        status = status.max(alone);
        let told = answers.get(at).and_then(|one| one["id"].as_str());
        let id = known.or(told.map(str::to_owned)).unwrap_or_default();
        if alone == 201 {
            after.push((id, kept.clone()));
        }
    }
    if asked.target.ends_with("/batch") && status < 400 {
        // What the first of a batch stores, the second says again or not: its answer tells.
        ensure!(answer.status == 201, "{} {}", answer.status, answer.body);
        let duplicate = answers.get(1).is_some_and(|one| one["duplicate"] == json!(true));
        let told = answers.get(1).and_then(|one| one["id"].as_str()).unwrap_or_default().to_owned();
        let first = after.first().map(|(id, _)| id.clone());
        after.retain(|(id, _)| {
            *id != told || Some(id) == first.as_ref() && wanted[0].0.as_ref() == Some(id) || !duplicate
        });
        ensure!(
            !duplicate || own.model.memories.contains_key(&told) || first.as_ref() == Some(&told),
            "{}",
            answer.body
        );
    } else {
        ensure!(answer.status == status, "{}, expected {status}: {}", answer.status, answer.body);
    }
    if status >= 400 {
        return Ok(());
    }
    let told: Vec<String> = answers.iter().filter_map(|one| Some(one["id"].as_str()?.to_owned())).collect();
    if let Some(key) = &asked.key {
        own.model.keys.insert(key.clone(), (asked.body.clone(), told.clone()));
    }
    own.made.extend(told.into_iter().filter(|id| !id.starts_with("01990000-0000-7000-8000-")));
    for (_, kept) in &after {
        *own.model.stored.entry(kept.namespace.clone()).or_default() += 1;
    }
    own.model.memories.extend(after);
    Ok(())
}
