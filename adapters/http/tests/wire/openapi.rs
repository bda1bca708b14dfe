//! The OpenAPI document: whole, described, and the same every time.

use std::collections::BTreeSet;

use serde_json::Value;
use somabrain_http::openapi_document;
use somabrain_http::routes::ROUTES;
use somabrain_inprocess::InProcess;

use crate::service::Service;

fn document() -> Value {
    serde_json::from_str(&openapi_document::<InProcess>()).expect("the document is JSON")
}

fn operations(document: &Value) -> Vec<(String, String, Value)> {
    let paths = document["paths"].as_object().expect("an object");
    let of_path = |(path, item): (&String, &Value)| {
        let item = item.as_object().expect("an object").clone();
        let path = path.clone();
        item.into_iter()
            .map(move |(method, operation)| (path.clone(), method.to_uppercase(), operation))
            .collect::<Vec<_>>()
    };
    paths.iter().flat_map(of_path).collect()
}

#[test]
fn the_document_has_every_route_and_every_method_that_is_served() {
    let described: BTreeSet<(String, String)> =
        operations(&document()).into_iter().map(|(path, method, _)| (path, method)).collect();
    let served: BTreeSet<(String, String)> = ROUTES
        .iter()
        .filter(|route| !["/docs", "/openapi.json"].contains(&route.pattern))
        .flat_map(|route| route.allow.split(", ").map(|method| (route.pattern.to_owned(), method.to_owned())))
        .filter(|(_, method)| method != "HEAD")
        .collect();
    assert_eq!(described, served);
}

#[test]
fn every_operation_has_a_summary_and_an_id_and_says_what_errors_look_like() {
    for (path, method, operation) in operations(&document()) {
        assert!(operation["summary"].as_str().is_some_and(|text| !text.is_empty()), "{method} {path}");
        assert!(operation["operationId"].is_string(), "{method} {path}");
        let open = ["/health", "/livez", "/readyz", "/metrics"].contains(&path.as_str());
        assert_eq!(operation["security"].is_array(), !open, "{method} {path}");
        assert_eq!(operation["responses"]["default"].is_object(), !open, "{method} {path}");
    }
}

#[test]
fn the_document_is_the_same_every_time_and_names_no_server() {
    assert_eq!(openapi_document::<InProcess>(), openapi_document::<InProcess>());
    assert_eq!(document()["servers"], serde_json::json!([]));
    assert_eq!(document()["info"]["title"], "SomaBrain");
}

#[tokio::test]
async fn the_service_serves_the_document_and_a_page_that_loads_nothing_from_elsewhere() {
    let service = Service::new();
    assert_eq!(service.get("/openapi.json").await.text, openapi_document::<InProcess>());
    let page = service.get("/docs").await;
    assert_eq!(page.status, 200);
    for loading in ["src=\"http", "href=\"http", "@import", "src=\"//"] {
        assert!(!page.text.contains(&format!("<script {loading}")) && !page.text.contains(&format!("<link {loading}")));
    }
}
