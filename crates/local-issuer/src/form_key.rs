//! The secret of a running provider that its own forms and cookies are made with.

use aws_lc_rs::hmac::{HMAC_SHA256, Key, sign};
use aws_lc_rs::rand::SystemRandom;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::keys::KeyError;
use crate::secret::Secret;

/// A key that no one else has, new at every start.
pub(crate) struct FormKey(Key);

impl FormKey {
    pub(crate) fn generate() -> Result<Self, KeyError> {
        let key = Key::generate(HMAC_SHA256, &SystemRandom::new());
        key.map(Self).map_err(|_| KeyError::Generate)
    }

    /// A text that only this key makes of these; none but the last may contain a newline.
    pub(crate) fn tag(&self, parts: &[&str]) -> String {
        let tag = sign(&self.0, parts.join("\n").as_bytes());
        URL_SAFE_NO_PAD.encode(tag.as_ref())
    }

    /// Whether `text` is the tag of these, in a time that does not depend on how alike they are.
    pub(crate) fn is_tag(&self, parts: &[&str], text: &str) -> bool {
        Secret::new(self.tag(parts)).matches(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_of_its_key_and_its_parts() {
        let key = FormKey::generate().unwrap();
        let tag = key.tag(&["browser", "rotate"]);
        assert!(!key.is_tag(&["browser", "reset"], &tag), "another form");
        assert!(!key.is_tag(&["other", "rotate"], &tag), "another browser");
        assert!(!key.is_tag(&["browser", "rotate"], ""));
        let other = FormKey::generate().unwrap();
        assert!(!other.is_tag(&["browser", "rotate"], &tag), "another key");
        assert!(key.is_tag(&["browser", "rotate"], &tag));
    }
}
