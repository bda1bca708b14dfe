//! The promises of `Encoder`, kept by the table that ships with the program.

use somabrain_static_encoder::StaticEncoder;

contract::encoder!(StaticEncoder::shipped().expect("the shipped table is whole"));
