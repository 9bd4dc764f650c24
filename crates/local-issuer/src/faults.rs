//! What can go wrong with a response, on purpose.

mod active;
mod answer;
mod bodies;
mod check;
mod connection;
mod fault;

pub use active::ActiveFault;
pub use fault::{Endpoint, Fault, FaultError, Length};

pub(crate) use active::Faults;
pub(crate) use answer::spoil;
pub(crate) use connection::remember_socket;
