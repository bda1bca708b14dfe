//! What operators see, without a token.

use application::ports::error::PortErrorKind;
use application::ports::long_term::LongTermMemory;

use crate::builders::{TOKEN, cue, service};

#[tokio::test]
async fn health_asks_the_engine() {
    let service = service().await;
    let well = service.ask("/health", None, None).await;
    assert_eq!(well.status, 200);
    assert_eq!(well.json()["components"]["engine"]["status"], "healthy");
    assert_eq!((&well.json()["status"], &well.json()["version"]), (&"healthy".into(), &"v1.2.3".into()));
    service.client.probe().await.unwrap();

    *service.engine.failing.lock().unwrap() = Some(PortErrorKind::Unavailable);

    let ill = service.ask("/health", None, None).await;
    assert_eq!(ill.status, 503);
    assert_eq!(ill.json()["components"]["engine"]["status"], "unhealthy");
    assert!(!ill.text.contains("secret"), "{}", ill.text);
    assert_eq!(service.client.probe().await.unwrap_err().kind, PortErrorKind::Unavailable);
    assert_eq!(service.ask("/livez", None, None).await.status, 200);
}

#[tokio::test]
async fn metrics_count_requests_and_how_long_they_took() {
    let service = service().await;
    for _ in 0..3 {
        service.client.search(&cue()).await.unwrap();
    }
    service.ask("/v1/tenants/acme/position", None, None).await;
    service.ask("/elsewhere", Some(TOKEN), None).await;

    let text = service.ask("/metrics", None, None).await.text;

    for line in [
        r#"somabrain_memory_service_requests_total{endpoint="/v1/tenants/{tenant}/search",status="200"} 3"#,
        r#"somabrain_memory_service_requests_total{endpoint="/v1/tenants/{tenant}/position",status="401"} 1"#,
        r#"somabrain_memory_service_requests_total{endpoint="unmatched",status="404"} 1"#,
        r#"somabrain_memory_service_request_duration_seconds_count{endpoint="/v1/tenants/{tenant}/search"} 3"#,
    ] {
        assert!(text.lines().any(|found| found == line), "{line} is not in\n{text}");
    }
}
