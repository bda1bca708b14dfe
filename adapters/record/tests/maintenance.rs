//! Maintenance as it is kept.

use domain::tenant::Tenant;
use somabrain_record::maintenance::MaintenanceRecord;

#[test]
fn what_is_kept_comes_back() {
    let (tenant, reason) = (Some("acme".to_owned()), Some("a \"larger\" disk".to_owned()));
    let kept = MaintenanceRecord { since: 7, tenant, subject: "ada".into(), reason };
    let read = MaintenanceRecord::from_json(&kept.to_json()).unwrap();
    assert_eq!((&read, read.tenant().unwrap()), (&kept, Some(Tenant::try_new("acme").unwrap())));
}

#[test]
fn what_an_earlier_version_kept_is_of_no_tenant() {
    let kept = MaintenanceRecord::from_json(r#"{"since":7,"subject":"ada","reason":null}"#).unwrap();
    assert_eq!((kept.tenant().unwrap(), kept.subject.as_str()), (None, "ada"));
}

#[test]
fn a_tenant_that_is_none_is_an_error() {
    let kept = MaintenanceRecord::from_json(r#"{"since":7,"tenant":"","subject":"ada","reason":null}"#).unwrap();
    assert!(kept.tenant().is_err());
}
