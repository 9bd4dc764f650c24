//! Argon2id with reused memory: the 19 MiB are not allocated and freed for each password.

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::password_hash::{self, Error, try_generate_salt};
use argon2::{ARGON2ID_IDENT, Algorithm, Argon2, Block, Params, Version};

use crate::password_text::prepared;

/// Hashes one password at a time.
#[derive(Default)]
pub struct Hasher {
    memory: Vec<Block>,
}

impl Hasher {
    /// Returns the hash of a new password, [`prepared`], with the library's default cost, as a PHC string, which includes
    /// the parameters and the salt.
    pub fn hash(&mut self, password: &str) -> Result<String, Error> {
        let params = Params::default();
        let salt = Salt::new(&try_generate_salt().map_err(|_| Error::Crypto)?)?;
        let hash = PasswordHash {
            algorithm: ARGON2ID_IDENT,
            version: Some(Version::default().into()),
            params: ParamsString::try_from(&params)?,
            hash: Some(self.output(&prepared(password), &salt, params)?),
            salt: Some(salt),
        };
        Ok(hash.to_string())
    }

    /// Returns whether `password` matches the PHC string `stored`, using the parameters in it: prepared, or as it is, for
    /// the hashes of earlier releases.
    pub fn verify(&mut self, password: &str, stored: &str) -> Result<bool, Error> {
        let stored = PasswordHash::new(stored)?;
        let (Some(salt), Some(expected)) = (&stored.salt, &stored.hash) else {
            return Err(Error::Internal);
        };
        let is_ours =
            stored.algorithm == ARGON2ID_IDENT && stored.version == Some(Version::default().into());
        if !is_ours {
            return Err(Error::Algorithm);
        }
        let (params, prepared) = (Params::try_from(&stored)?, prepared(password));
        // The comparison of outputs runs in constant time.
        if self.output(&prepared, salt, params.clone())? == *expected {
            return Ok(true);
        }
        Ok(prepared != password && self.output(password, salt, params)? == *expected)
    }

    fn output(
        &mut self,
        password: &str,
        salt: &Salt,
        params: Params,
    ) -> password_hash::Result<Output> {
        let mut output = [0; Params::DEFAULT_OUTPUT_LEN];
        if self.memory.len() < params.block_count() {
            self.memory
                .resize_with(params.block_count(), Block::default);
        }
        Argon2::new(Algorithm::Argon2id, Version::default(), params)
            .hash_password_into_with_memory(
                password.as_bytes(),
                salt,
                &mut output,
                &mut self.memory,
            )?;
        Ok(Output::new(&output)?)
    }
}

#[cfg(test)]
mod tests {
    use argon2::Argon2;
    use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};

    use super::Hasher;

    #[test]
    fn it_is_the_argon2id_of_the_library() {
        let mut hasher = Hasher::default();
        let theirs = Argon2::default().hash_password(b"test1234@").unwrap();
        let theirs = theirs.to_string();
        assert!(!hasher.verify("test1234", &theirs).unwrap());
        assert!(hasher.verify("test1234@", &theirs).unwrap());
        let ours = hasher.hash("test1234@").unwrap();
        let parsed = PasswordHash::new(&ours).unwrap();
        let library = Argon2::default();
        assert!(library.verify_password(b"test1234", &parsed).is_err());
        assert!(library.verify_password(b"test1234@", &parsed).is_ok());
        assert!(
            ours.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{ours}"
        );
    }

    #[test]
    fn a_password_is_the_same_however_its_letters_are_composed() {
        let mut hasher = Hasher::default();
        let (composed, decomposed) = ("p\u{e4}ssword", "pa\u{308}ssword");
        for new in [composed, decomposed] {
            let stored = hasher.hash(new).unwrap();
            for same in [composed, decomposed] {
                assert!(hasher.verify(same, &stored).unwrap());
            }
            assert!(!hasher.verify("password", &stored).unwrap());
        }
        // Of an earlier release.
        let stored = Argon2::default().hash_password(decomposed.as_bytes());
        let stored = stored.unwrap().to_string();
        assert!(hasher.verify(decomposed, &stored).unwrap());
        assert!(!hasher.verify("pa\u{300}ssword", &stored).unwrap());
    }

    #[test]
    fn what_is_no_hash_of_ours_is_an_error() {
        let mut hasher = Hasher::default();
        for stored in [
            "",
            "x",
            "$argon2id$v=19$m=19456,t=2,p=1",
            "$argon2i$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$iWh06vD8Fy27wf9npn6FXWiCX4K6pW6Ue1Bnzz07Z8A",
        ] {
            assert!(hasher.verify("password", stored).is_err(), "{stored}");
        }
    }
}
