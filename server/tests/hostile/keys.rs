//! Signing keys: sound ones, made once for the process, and keys that nobody should accept.

use std::sync::LazyLock;

use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair,
    KeyPair as _, RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PSS_SHA256, RsaEncoding, RsaKeyPair,
};
use serde_json::{Value, json};
use sha2::Digest as _;

use crate::stage::base64url;

/// A private key and the name it goes by.
#[derive(Debug)]
pub(crate) struct Key {
    pub(crate) kid: &'static str,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Rsa(RsaKeyPair),
    P256 {
        fixed: EcdsaKeyPair,
        der: EcdsaKeyPair,
    },
    Ed25519(Ed25519KeyPair),
    Odd(OddRsa),
}

/// An RSA key that no sound library signs with: too short, or with an exponent that makes
/// signatures worthless. Numbers in hexadecimal.
#[derive(Debug)]
struct OddRsa {
    n: &'static str,
    e: &'static str,
    d: &'static str,
}

/// The keys of this process.
pub(crate) struct Keys {
    pub(crate) rsa: [Key; 3],
    pub(crate) p256: [Key; 3],
    pub(crate) ed25519: [Key; 3],
    /// 3072 bits.
    pub(crate) rsa_long: Key,
    /// In no key set that is published honestly.
    pub(crate) attacker: Key,
    pub(crate) rsa_512: Key,
    pub(crate) rsa_1024: Key,
    /// A 2048-bit key with the public exponent 1: the padded message is its own signature.
    pub(crate) rsa_e1: Key,
    /// A 2048-bit key with a public exponent as long as the modulus.
    pub(crate) rsa_huge_e: Key,
}

/// The one set of keys.
pub(crate) static KEYS: LazyLock<Keys> = LazyLock::new(|| Keys {
    rsa: ["rsa-0", "rsa-1", "rsa-2"].map(|kid| rsa(kid, KeySize::Rsa2048)),
    p256: ["p256-0", "p256-1", "p256-2"].map(p256),
    ed25519: ["ed-0", "ed-1", "ed-2"].map(ed25519),
    rsa_long: rsa("rsa-long", KeySize::Rsa3072),
    attacker: rsa("attacker", KeySize::Rsa2048),
    rsa_512: odd("rsa-512", RSA_512, "10001", D_512),
    rsa_1024: odd("rsa-1024", RSA_1024, "10001", D_1024),
    rsa_e1: odd("rsa-e1", RSA_2048, "1", "1"),
    rsa_huge_e: odd("rsa-huge-e", RSA_2048, E_HUGE, "3"),
});

const RSA_512: &str = "e9f8f36c5305721b16cb7252c3dbda3e8167f91d003a7197c713011e45d5120f5c1610acaff91ee04b375ea4297def2acdf2cd58898aea16d798eed233497cfb";
const D_512: &str = "084b050780661d3ac66e900f03a93256c7d503af5a655c7d843b15db469f60d6802d239dadcfbf5eeb1fbfc74319916243bb4e09f9ae863f04df82b03327a811";
const RSA_1024: &str = "9c1c3707cd2453bd4553ef73d02264f3b8f4026609fe2f8eb31ace42791ef8487417064e9e53ce4094169233805505ee0f994099bd4b2a0ba32020b030a759856876ded4ed578a78ab11249e258e2626bfe5b739931a38ac65a15d4a59defadba9ebf640d2de8aa20e917b240d82e3a4f7990001a34612a72604dd15845e7ce1";
const D_1024: &str = "3499d3371739e6d76f1d45a155dfc8f9507833b8b324495d015f866162937b605a7189a802f4451a806b8c8ebaeeab25586f3093bcf32f33259f853428e8b2a258e2541c297bfd16ab52d3e522d8730e839fcaee3d3e0b7d68539da90bb7b157dbc4b274011c82a68834967fd3de48cf28d97d0fbc20be158d89f76d36a97473";
const RSA_2048: &str = "ce7c4272a8c7210502fb1cb1c3f77243117e29b74df36b794cca198953e391aa9a3b9da980823ddcc8c36b71708b97f8a0ff9331e9fbc9ff09d8f55afa072a4cff371416fb43e7096bfc63552844d4d3dd7b15fe0f02edeabf802f8e5837972a3eff79340603af3f86c3e759d3898622db3ad645bee614c746eca0063c9d8134b1dd8596acd2fc887190d597fad1f7d0b8e43b6da378fb015cb4921629e214c63303ca57c8109a57841a53f7d88715fa50d711076c89d3621743b388ff9a0fde44ef3694dd53f24bced83a16c1499646bf3890c9c60fbc555566a1528addcadd10a5db19e30796c5c0fb723873c1eac4ac32749efd824a99e78cab3038d2d3d9";
const E_HUGE: &str = "89a82c4c7084c0ae01fcbdcbd7fa4c2cb6541bcf894cf250dddc110637ed0bc7117d13c655ac293ddb2cf24ba05d0ffb15ffb7769bfd3154b13b4e3ca6af7188aa24b80f522d44b0f2a84238c583388d3e520ea95f5749472a55750990250f717f54fb78040274d504829a3be25baec1e77c8ed929eeb884d9f315597dbe5621ee8a2578c3c7862369aee388f14ee02eb506afc3aa996acaf4bb86127a571886f6a55eac71b591afa1810432312100b5f400cc28fb6b873233b79e1317f6cdb46a643230d2b9de5e74e2e5660416cdb340cf3b7aee4c4566fabc26ab85b37844676bcad2b3d58952e9d741d8c42fa09692f0bcc5ecd2b76479ce92ebe70e95b";

/// Three points of secp256k1: a curve that a key set may hold and that we cannot use.
const SECP256K1: [(&str, &str); 3] = [
    (
        "xgR_lEHtfW0wRUBulcB82Fx3jkuM7zynq6wJuVxwnuU",
        "GuFo_qY9wzmjxYQZRmzq7vf2MmUyZtDhI2QxqVDP5So",
    ),
    (
        "5JPb8cENgPNYHkkEkwsUBMxsE5AO4HWEdPqUq-jEzRM",
        "Ue2ZPqDUVbdWQuIJjqUUSNlnrjO_vf5Az-l73EdzmSI",
    ),
    (
        "__l71XVe7qQgRToUNVI104L2Ry-FaKGLLwV6FGApdVY",
        "rhJ3eqz7tiDzvpYBf0XFYN6A8PZRj-SgPIcMNrB18pc",
    ),
];

/// A public key of secp256k1 as the conformance suite publishes it, without `alg`.
pub(crate) fn secp256k1(n: usize) -> Value {
    let (x, y) = SECP256K1[n];
    json!({"kty": "EC", "crv": "secp256k1", "use": "sig", "kid": format!("k1-{n}"), "x": x, "y": y})
}

/// A symmetric key in a set, as nobody should publish it.
pub(crate) fn oct(kid: &str, secret: &[u8]) -> Value {
    json!({"kty": "oct", "kid": kid, "alg": "HS256", "k": base64url(secret)})
}

fn rsa(kid: &'static str, size: KeySize) -> Key {
    Key {
        kid,
        kind: Kind::Rsa(RsaKeyPair::generate(size).expect("a key")),
    }
}

fn p256(kid: &'static str) -> Key {
    let document =
        EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new())
            .expect("a key");
    let read = |algorithm| EcdsaKeyPair::from_pkcs8(algorithm, document.as_ref()).expect("a key");
    Key {
        kid,
        kind: Kind::P256 {
            fixed: read(&ECDSA_P256_SHA256_FIXED_SIGNING),
            der: read(&ECDSA_P256_SHA256_ASN1_SIGNING),
        },
    }
}

fn ed25519(kid: &'static str) -> Key {
    Key {
        kid,
        kind: Kind::Ed25519(Ed25519KeyPair::generate().expect("a key")),
    }
}

fn odd(kid: &'static str, n: &'static str, e: &'static str, d: &'static str) -> Key {
    Key {
        kid,
        kind: Kind::Odd(OddRsa { n, e, d }),
    }
}

impl Key {
    /// Its public half as it stands in a key set: with `use` and `kid`, without `alg`.
    pub(crate) fn jwk(&self) -> Value {
        let mut jwk = match &self.kind {
            Kind::Rsa(pair) => {
                let public = pair.public_key();
                json!({
                    "kty": "RSA",
                    "n": base64url(public.modulus().big_endian_without_leading_zero()),
                    "e": base64url(public.exponent().big_endian_without_leading_zero()),
                })
            }
            Kind::P256 { fixed, .. } => {
                let point = fixed.public_key().as_ref();
                json!({
                    "kty": "EC",
                    "crv": "P-256",
                    "x": base64url(&point[1..33]),
                    "y": base64url(&point[33..65]),
                })
            }
            Kind::Ed25519(pair) => {
                json!({"kty": "OKP", "crv": "Ed25519", "x": base64url(pair.public_key().as_ref())})
            }
            Kind::Odd(odd) => {
                json!({"kty": "RSA", "n": base64url(&hex(odd.n)), "e": base64url(&hex(odd.e))})
            }
        };
        jwk["use"] = json!("sig");
        jwk["kid"] = json!(self.kid);
        jwk
    }

    /// The signature over `message`, whatever algorithm is asked for that such a key can do.
    pub(crate) fn sign(&self, alg: &str, message: &[u8]) -> Vec<u8> {
        let rng = SystemRandom::new();
        match (&self.kind, alg) {
            (Kind::Rsa(pair), _) => {
                let encoding: &'static dyn RsaEncoding = match alg {
                    "PS256" => &RSA_PSS_SHA256,
                    "RS384" => &RSA_PKCS1_SHA384,
                    _ => &RSA_PKCS1_SHA256,
                };
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(encoding, &rng, message, &mut signature)
                    .expect("a signature");
                signature
            }
            (Kind::P256 { der, .. }, "ES256 in DER") => der
                .sign(&rng, message)
                .expect("a signature")
                .as_ref()
                .to_vec(),
            (Kind::P256 { fixed, .. }, _) => fixed
                .sign(&rng, message)
                .expect("a signature")
                .as_ref()
                .to_vec(),
            (Kind::Ed25519(pair), _) => pair.sign(message).as_ref().to_vec(),
            (Kind::Odd(odd), _) => odd.sign(message),
        }
    }

    /// The public RSA key as a PKCS#1 structure (RFC 8017, A.1.1).
    pub(crate) fn pkcs1(&self) -> Vec<u8> {
        let Kind::Rsa(pair) = &self.kind else {
            panic!("{} is no RSA key", self.kid)
        };
        pair.public_key().as_ref().to_vec()
    }

    /// The public RSA key as a `SubjectPublicKeyInfo` (RFC 5280 §4.1).
    pub(crate) fn spki(&self) -> Vec<u8> {
        let Kind::Rsa(pair) = &self.kind else {
            panic!("{} is no RSA key", self.kid)
        };
        let der = pair.public_key().as_der().expect("DER");
        der.as_ref().to_vec()
    }

    /// The modulus of the public RSA key.
    pub(crate) fn modulus(&self) -> Vec<u8> {
        let Kind::Rsa(pair) = &self.kind else {
            panic!("{} is no RSA key", self.kid)
        };
        let modulus = pair.public_key().modulus();
        modulus.big_endian_without_leading_zero().to_vec()
    }
}

/// An HMAC with SHA-256, as `HS256` signs.
pub(crate) fn hs256(secret: &[u8], message: &[u8]) -> Vec<u8> {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
    hmac::sign(&key, message).as_ref().to_vec()
}

impl OddRsa {
    /// RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017 §8.2.1).
    fn sign(&self, message: &[u8]) -> Vec<u8> {
        const SHA256_PREFIX: [u8; 19] = [
            0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02,
            0x01, 0x05, 0x00, 0x04, 0x20,
        ];
        let modulus = hex(self.n);
        let digest = sha2::Sha256::digest(message);
        let tail = [&[0], &SHA256_PREFIX[..], &digest[..]].concat();
        let mut padded = vec![0xff; modulus.len() - tail.len()];
        padded[..2].copy_from_slice(&[0, 1]);
        padded.extend_from_slice(&tail);
        power(&padded, &hex(self.d), &modulus)
    }
}

fn hex(text: &str) -> Vec<u8> {
    let even = if text.len().is_multiple_of(2) {
        text.to_owned()
    } else {
        format!("0{text}")
    };
    let digits = even.as_bytes().chunks(2);
    digits
        .map(|pair| {
            let pair = std::str::from_utf8(pair).expect("ASCII");
            u8::from_str_radix(pair, 16).expect("hexadecimal")
        })
        .collect()
}

/// `base ^ exponent mod modulus`, slowly; all big-endian, the result as long as the modulus.
fn power(base: &[u8], exponent: &[u8], modulus: &[u8]) -> Vec<u8> {
    let (base, modulus) = (limbs(base), limbs(modulus));
    let mut result = vec![0; modulus.len()];
    result[0] = 1;
    let bits = exponent
        .iter()
        .flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1 == 1));
    for bit in bits.skip_while(|bit| !bit) {
        result = multiply(&result, &result, &modulus);
        if bit {
            result = multiply(&result, &base, &modulus);
        }
    }
    result
        .iter()
        .rev()
        .flat_map(|limb| limb.to_be_bytes())
        .collect()
}

/// Little-endian limbs of a big-endian number whose length is a multiple of eight bytes.
fn limbs(bytes: &[u8]) -> Vec<u64> {
    let limbs = bytes.rchunks(8);
    limbs
        .map(|limb| limb.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte)))
        .collect()
}

fn multiply(left: &[u64], right: &[u64], modulus: &[u64]) -> Vec<u64> {
    let mut sum = vec![0; modulus.len()];
    for limb in left.iter().rev() {
        for bit in (0..64).rev() {
            let doubled = sum.clone();
            add(&mut sum, &doubled, modulus);
            if limb >> bit & 1 == 1 {
                add(&mut sum, right, modulus);
            }
        }
    }
    sum
}

fn add(sum: &mut [u64], other: &[u64], modulus: &[u64]) {
    let mut carry = false;
    for (limb, other) in sum.iter_mut().zip(other) {
        let (first, over) = limb.overflowing_add(*other);
        let (second, over_again) = first.overflowing_add(u64::from(carry));
        *limb = second;
        carry = over || over_again;
    }
    if carry || sum.iter().rev().ge(modulus.iter().rev()) {
        let mut borrow = false;
        for (limb, other) in sum.iter_mut().zip(modulus) {
            let (first, under) = limb.overflowing_sub(*other);
            let (second, under_again) = first.overflowing_sub(u64::from(borrow));
            *limb = second;
            borrow = under || under_again;
        }
    }
}
