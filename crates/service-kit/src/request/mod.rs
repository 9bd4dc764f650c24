//! Processing of every request, whatever its route.

mod body_deadline;
mod client_address;
mod cors;
mod count;
mod input;
mod layers;
pub(crate) mod limits;
pub(crate) mod origin;
mod proxies;
pub(crate) mod request_id;
pub(crate) mod security_headers;
mod validate;

pub use body_deadline::is_late;
pub use client_address::ClientAddress;
pub(crate) use cors::cors;
pub(crate) use layers::{inside_cors, outside_cors};
pub use limits::{AddressRates, Rate, RateLimitConfig, StoreUrl, StoreUrlError, SubjectRates};
pub(crate) use proxies::Proxies;
pub use proxies::TrustedProxies;
pub use validate::{validate, validate_with};
