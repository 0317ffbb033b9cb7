//! Tests of the mechanism compiler through its public interface.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod catalogue;
mod events;
mod implicit;
mod language;
mod neuron;
mod refusals;
mod sound;
mod tables;
mod world;
