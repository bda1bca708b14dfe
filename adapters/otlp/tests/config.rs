//! Which addresses a collector can have.

use somabrain_inprocess::SystemClock;
use somabrain_otlp::{Config, Otlp};
use uuid::Uuid;

fn connect(endpoint: &str) -> Result<(), String> {
    let config = Config::new(endpoint, "v1", Uuid::from_u128(1));
    Otlp::connect(config, SystemClock).map(drop).map_err(|invalid| invalid.to_string())
}

#[test]
fn an_address_is_of_http_with_a_host() {
    for good in
        ["http://127.0.0.1:9", "http://collector:4318/", "http://collector/otlp/v1/traces", "https://collector:4318"]
    {
        connect(good).unwrap();
    }
    for wrong in ["", "collector:4318", "http://", "http://collector/?token=x", "a b"] {
        assert!(connect(wrong).unwrap_err().contains("http://collector:4318"), "{wrong}");
    }
}
