//! The tenants of a caller.

use std::fmt;

/// The id of a tenant or organization to which the caller belongs. Only
/// [`Principal::tenant`](crate::Principal::tenant) creates one, so that a query that takes a `Tenant` cannot be made for
/// a tenant that was not checked.
///
/// An id is unique within its issuer only: a service that accepts issuers of others as well
/// ([`AuthenticatorBuilder::and`](crate::AuthenticatorBuilder::and)) keeps what it stores apart by
/// [`Principal::issuer`](crate::Principal) too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tenant(String);

impl Tenant {
    /// The maximum length of an id, in bytes.
    const MAX_BYTES: usize = 255;

    /// Returns the tenant with this id, without a check of membership.
    pub(crate) fn unchecked(id: &str) -> Self {
        Self(id.to_owned())
    }

    /// Returns the id exactly as the issuer set it.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.0
    }

    /// Returns whether a text can be the id of a tenant: not blank, of at most `MAX_BYTES`, and
    /// without control characters, which a database may refuse.
    pub(crate) fn is_id(text: &str) -> bool {
        !text.trim().is_empty() && text.len() <= Self::MAX_BYTES && !text.contains(char::is_control)
    }
}

impl fmt::Display for Tenant {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// The caller's rights within one tenant, as the principal has them: see [`TenantRights`](crate::TenantRights).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RightsIn<'p> {
    /// The caller's roles within the tenant.
    pub roles: &'p [String],
    /// The caller's permissions within the tenant.
    pub permissions: &'p [String],
}
