//! The one integration test binary. Each module tests one thing; expected results are data files beside it.

#![allow(
    missing_docs,
    unreachable_pub,
    clippy::iter_over_hash_type,
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr
)]

mod architecture;
mod awkward;
mod bad_input;
mod bundle;
mod charts;
mod commands;
mod conformance;
mod corpus;
mod diagnostics;
mod diff;
mod disclosure;
mod documentation;
mod formats;
mod joins;
mod lineage;
mod mutations;
mod naive;
mod phrases;
mod properties;
mod reference;
mod refresh;
mod review;
mod silent;
mod support;
mod trace;
mod verify;
mod words;
mod workbooks;
