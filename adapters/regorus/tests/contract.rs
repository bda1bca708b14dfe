//! The promises of `Policy`, kept by regorus.

use somabrain_regorus::{Config, Regorus};

contract::policy!(Regorus::try_new(Config::default()).expect("the bundled policy compiles"));
