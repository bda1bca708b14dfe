//! Two replicas of the service: two adapters, one Redis.

use application::ports::admission::{Admission, Asked, Verdict};
use application::ports::working::WorkingMemory;
use futures_util::future::join_all;

use crate::builders::*;
use crate::fresh;

#[tokio::test]
async fn what_one_replica_admits_the_other_holds() {
    let config = fresh::config().await;
    let (one, other) = (fresh::connect(&config).await, fresh::connect(&config).await);
    WorkingMemory::admit(&one, &acme(), &session("s"), &numbered([1, 2]), second(0)).await.unwrap();
    other.touch(&acme(), &session("s"), &[id(2)], second(9)).await.unwrap();
    let held = one.held(&acme(), &session("s"), second(9)).await.unwrap();
    assert_eq!(held, other.held(&acme(), &session("s"), second(9)).await.unwrap());
    assert_eq!((held[0].memory.id, held[0].last_used), (id(2), second(9)));
}

#[tokio::test]
async fn thirty_two_offers_at_once_over_both_stay_within_the_bound() {
    let config = fresh::config().await;
    let replicas = [fresh::connect(&config).await, fresh::connect(&config).await];
    let (tenant, name) = (acme(), session("s"));
    let offers: Vec<_> = (1..=32).map(|number| numbered([number])).collect();
    let offers = offers.iter().zip(replicas.iter().cycle());
    let admitted = offers.map(|(offer, replica)| WorkingMemory::admit(replica, &tenant, &name, offer, second(0)));
    let answers: Vec<_> = join_all(admitted).await.into_iter().flat_map(Result::unwrap).collect();
    let evicted: usize = answers.iter().map(|answer| answer.evicted.len()).sum();
    let admitted = answers.iter().filter(|answer| answer.admitted).count();
    assert_eq!(replicas[0].held(&acme(), &session("s"), second(0)).await.unwrap().len(), config.size);
    assert_eq!(admitted - evicted, config.size);
}

#[tokio::test]
async fn a_tenants_limit_is_one_over_all_replicas() {
    let config = fresh::config().await;
    let replicas = [fresh::connect(&config).await, fresh::connect(&config).await];
    let tenant = acme();
    let asked = (0..40).map(|request| Admission::admit(&replicas[request % 2], &tenant, Asked::Request, second(0)));
    let verdicts = join_all(asked).await.into_iter().map(Result::unwrap);
    let admitted = verdicts.filter(|verdict| matches!(verdict, Verdict::Admitted { .. })).count();
    assert_eq!(admitted, contract::admission::BURST as usize);
}
