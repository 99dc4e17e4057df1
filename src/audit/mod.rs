//! Functions over finished values, for those who look after the fact.

mod cubes;
mod trace;

pub use trace::{Candidate, Inputs, Near, Traced, trace};
