//! Signatures of providers, checked with aws-lc. Keys and algorithms were chosen before.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents,
    UnparsedPublicKey,
};
use oauth::jose::Algorithm;
use oauth::jwk::PublicKey;

/// Whether `signature` over `message` is of `key` (RFC 7518 §3.3, §3.4, RFC 8037 §3.1). A key of
/// another kind than the algorithm's is no key.
pub fn holds(key: &PublicKey, algorithm: Algorithm, message: &[u8], signature: &[u8]) -> bool {
    match (key, algorithm) {
        (PublicKey::Rsa { n, e }, Algorithm::Rs256) => RsaPublicKeyComponents { n, e }
            .verify(&RSA_PKCS1_2048_8192_SHA256, message, signature)
            .is_ok(),
        (PublicKey::P256 { x, y }, Algorithm::Es256) => {
            // Uncompressed, SEC 1 §2.3.3.
            let point = [&[4][..], x, y].concat();
            UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point)
                .verify(message, signature)
                .is_ok()
        }
        (PublicKey::Ed25519 { x }, Algorithm::EdDsa) => UnparsedPublicKey::new(&ED25519, x)
            .verify(message, signature)
            .is_ok(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::rand::SystemRandom;
    use aws_lc_rs::signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _,
    };

    use super::*;

    fn p256() -> (PublicKey, Vec<u8>) {
        let random = SystemRandom::new();
        let document =
            EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).expect("a key");
        let pair =
            EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document.as_ref()).unwrap();
        let point = pair.public_key().as_ref();
        let key = PublicKey::P256 {
            x: point[1..33].try_into().unwrap(),
            y: point[33..65].try_into().unwrap(),
        };
        let signature = pair.sign(&random, b"message").unwrap();
        (key, signature.as_ref().to_vec())
    }

    #[test]
    fn a_signature_of_the_key_holds() {
        let (key, signature) = p256();
        assert!(holds(&key, Algorithm::Es256, b"message", &signature));
        let pair = Ed25519KeyPair::from_seed_unchecked(&[7; 32]).unwrap();
        let key = PublicKey::Ed25519 {
            x: pair.public_key().as_ref().try_into().unwrap(),
        };
        assert!(holds(
            &key,
            Algorithm::EdDsa,
            b"message",
            pair.sign(b"message").as_ref()
        ));
    }

    #[test]
    fn another_message_or_algorithm_is_refused() {
        let (key, signature) = p256();
        assert!(!holds(&key, Algorithm::Es256, b"massage", &signature));
        for algorithm in [Algorithm::Rs256, Algorithm::EdDsa] {
            assert!(!holds(&key, algorithm, b"message", &signature));
        }
    }

    #[test]
    fn a_signature_of_zeros_is_refused() {
        let (key, _) = p256();
        assert!(!holds(&key, Algorithm::Es256, b"message", &[0; 64]));
    }
}
