//! What the files of settings may hold, and what is said where they hold something else.

use std::fs;

use domain::time::Timestamp;
use somabrain_servers::authority::Authority;
use somabrain_tls::{Identity, Roots};

fn now() -> Timestamp {
    Timestamp::parse("2026-11-30T00:00:00Z").expect("a time")
}

#[test]
fn roots_are_those_of_the_file_and_no_others() {
    let (one, another) = (Authority::new().unwrap(), Authority::new().unwrap());
    let both = one.file().with_file_name("both.pem");
    fs::write(&both, [fs::read(one.file()).unwrap(), fs::read(another.file()).unwrap()].concat()).unwrap();
    assert_eq!(Roots::read(&one.file()).unwrap().count(), Some(1));
    assert_eq!(Roots::read(&both).unwrap().count(), Some(2));
    assert_eq!(Roots::mozilla().count(), None);
    assert_ne!(Roots::read(&one.file()).unwrap(), Roots::mozilla());
}

#[test]
fn a_file_without_authorities_is_refused_with_its_name() {
    let authority = Authority::new().unwrap();
    let service = authority.certify(&["localhost"]).unwrap();
    let refused = |file: &std::path::Path| Roots::read(file).unwrap_err().to_string();
    let missing = authority.file().with_file_name("missing.pem");
    assert_eq!(refused(&missing), format!("could not read the file {}", missing.display()));
    let key = service.key();
    let empty = "has no certificate: it must hold those of the authorities, in PEM";
    assert_eq!(refused(key), format!("the file {} {empty}", key.display()));
    let odd = authority.file().with_file_name("odd.pem");
    fs::write(&odd, "-----BEGIN CERTIFICATE-----\naGVsbG8=\n-----END CERTIFICATE-----\n").unwrap();
    assert!(refused(&odd).contains("something that is no certificate of an authority"));
}

#[test]
fn an_identity_whose_files_do_not_fit_is_refused_with_what_is_wrong() {
    let authority = Authority::new().unwrap();
    let (one, another) = (authority.certify(&["one"]).unwrap(), authority.certify(&["another"]).unwrap());
    let old = authority.certify_until(&["old"], 2020).unwrap();
    let refused = |chain, key| Identity::read(chain, key, now()).unwrap_err().to_string();
    assert!(Identity::read(one.chain(), one.key(), now()).is_ok());
    assert!(refused(one.chain(), another.key()).starts_with("the private key in "));
    assert!(refused(one.key(), one.key()).contains("has no certificate"));
    assert!(refused(one.chain(), one.chain()).contains("has no private key"));
    assert!(refused(old.chain(), old.key()).contains("has expired at 2020-01-01T00:00:00.000000Z: renew it"));
    fs::remove_file(another.key()).unwrap();
    assert!(refused(another.chain(), another.key()).starts_with("could not read the file "));
}

#[test]
fn a_renewed_certificate_is_taken_and_a_broken_one_told_once() {
    let authority = Authority::new().unwrap();
    let (own, next) =
        (authority.certify_until(&["own"], 2030).unwrap(), authority.certify_until(&["own"], 2031).unwrap());
    let identity = Identity::read(own.chain(), own.key(), now()).unwrap();
    assert!(!identity.refresh(now()).unwrap(), "nothing has changed");

    fs::write(own.chain(), "half a certificate").unwrap();
    assert!(identity.refresh(now()).is_err());
    assert!(!identity.refresh(now()).unwrap(), "it was told already");
    fs::remove_file(own.chain()).unwrap();
    assert!(identity.refresh(now()).is_err());
    assert!(!identity.refresh(now()).unwrap(), "it was told already");
    assert_eq!(identity.expires(), Timestamp::parse("2030-01-01T00:00:00Z").unwrap());

    fs::copy(next.chain(), own.chain()).unwrap();
    fs::copy(next.key(), own.key()).unwrap();
    assert!(identity.refresh(now()).unwrap());
    assert_eq!(identity.expires(), Timestamp::parse("2031-01-01T00:00:00Z").unwrap());
}
