//! Reads the numbers out of RSA keys (`RSAPublicKey` and `RSAPrivateKey`, [RFC 8017, A.1](https://www.rfc-editor.org/rfc/rfc8017#appendix-A.1)).

const SEQUENCE: u8 = 0x30;
const INTEGER: u8 = 0x02;
const OCTET_STRING: u8 = 0x04;

/// The modulus and the exponent, big-endian and without leading zeros, or `None` if this is no such key.
pub(super) fn rsa_numbers(der: &[u8]) -> Option<(&[u8], &[u8])> {
    let (sequence, _) = element(der, SEQUENCE)?;
    let (modulus, rest) = element(sequence, INTEGER)?;
    let (exponent, _) = element(rest, INTEGER)?;
    Some((unsigned(modulus), unsigned(exponent)))
}

/// The version and the eight numbers of an RSA private key in PKCS#8, or `None` if this is no such key.
pub(super) fn rsa_private_numbers(pkcs8: &[u8]) -> Option<Vec<&[u8]>> {
    let (info, _) = element(pkcs8, SEQUENCE)?;
    let (_version, rest) = element(info, INTEGER)?;
    let (_algorithm, rest) = element(rest, SEQUENCE)?;
    let (key, _) = element(rest, OCTET_STRING)?;
    let (mut rest, _) = element(key, SEQUENCE)?;
    let mut numbers = Vec::new();
    while !rest.is_empty() {
        let (number, after) = element(rest, INTEGER)?;
        numbers.push(unsigned(number));
        rest = after;
    }
    Some(numbers)
}

/// The content of the element of this tag at the start, and what follows it.
fn element(der: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (&found, rest) = der.split_first()?;
    let (&first, rest) = rest.split_first()?;
    // A length under 128 is one byte; a longer one is preceded by how many bytes it takes.
    let (length, rest) = if first < 0x80 {
        (usize::from(first), rest)
    } else {
        let (bytes, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
        (
            bytes
                .iter()
                .fold(0, |length, byte| (length << 8) | usize::from(*byte)),
            rest,
        )
    };
    if found != tag {
        return None;
    }
    rest.split_at_checked(length)
}

fn unsigned(integer: &[u8]) -> &[u8] {
    integer.strip_prefix(&[0]).unwrap_or(integer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_rsa_key_gives_nothing() {
        for der in [
            &[][..],
            &[0x30],
            &[0x30, 0x05, 0x02],
            &[0x02, 0x01, 0x05],
            &[0x30, 0x84, 0xff, 0xff, 0xff, 0xff, 0x02],
        ] {
            assert_eq!(rsa_numbers(der), None, "{der:?}");
        }
    }

    #[test]
    fn the_sign_byte_is_not_part_of_the_number() {
        let der = [0x30, 0x08, 0x02, 0x03, 0x00, 0x81, 0x07, 0x02, 0x01, 0x03];
        assert_eq!(rsa_numbers(&der), Some((&[0x81, 0x07][..], &[0x03][..])));
    }
}
