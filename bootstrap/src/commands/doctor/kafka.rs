//! Kafka: both topics.

use super::report::{Report, causes};
use crate::settings::Settings;
use crate::stream::Stream;

const COMPONENT: &str = "kafka";

pub(super) async fn examine(settings: &Settings, create_topics: bool, report: &mut Report) {
    let Some(kafka) = &settings.kafka else {
        if create_topics {
            report.wrong(COMPONENT, "there is no event stream to create topics for", "set SOMABRAIN_KAFKA_BOOTSTRAP");
        }
        return;
    };
    let stream = match Stream::connect(settings).await {
        Ok(stream) => stream,
        Err(error) => return report.wrong(COMPONENT, format!("{error:#}"), "correct SOMABRAIN_KAFKA_BOOTSTRAP"),
    };
    if create_topics {
        match stream.create_topics().await {
            Ok(created) if created.is_empty() => report.ok(COMPONENT, "no topic had to be created"),
            Ok(created) => report.ok(COMPONENT, format!("created {}", created.join(" and "))),
            Err(error) => report.wrong(COMPONENT, format!("{error:#}"), "create them by kafka-topics.sh"),
        }
    }
    match stream.check().await {
        Ok(()) => {
            let bootstrap = &kafka.bootstrap;
            report.ok(COMPONENT, format!("reachable at {bootstrap}; audit_events and somabrain_events are there"))
        }
        Err(error) => {
            let advice =
                "start it, correct SOMABRAIN_KAFKA_BOOTSTRAP, or create the topics: somabrain doctor --create-topics";
            report.wrong(COMPONENT, causes(&error), advice);
        }
    }
}
