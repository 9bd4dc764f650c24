//! What can go wrong with a response, on purpose.

mod active;
mod bodies;
mod check;
mod connection;
mod fault;
mod spoil;

pub use active::ActiveFault;
pub use fault::{Endpoint, Fault, FaultError, Length};

pub(crate) use active::Faults;
pub(crate) use connection::remember_socket;
pub(crate) use spoil::spoil;
