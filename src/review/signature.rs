//! Signatures of sign-offs, in the format of minisign (Ed25519 over BLAKE2b-512): <https://jedisct1.github.io/minisign/>.

#[cfg(feature = "sign")]
use base64::{Engine, engine::general_purpose::STANDARD};
use minisign_verify::{PublicKey, Signature};

use super::SignOff;
use crate::spec::Spec;

/// Whether a sign-off may count: where its reviewer has a key, it must bear a signature by that key.
pub(super) fn holds(off: &SignOff, spec: &Spec) -> bool {
    let Some(key) = spec.reviewer(&off.by).and_then(|reviewer| reviewer.key.as_ref()) else {
        return true;
    };
    let signature = off.signature.as_ref().and_then(|text| Signature::decode(text).ok());
    let key = PublicKey::from_base64(key).ok();
    let proven = key.zip(signature).map(|(key, signature)| {
        key.verify(off.statement(&spec.name).as_bytes(), &signature, false).is_ok()
    });
    proven.unwrap_or(false)
}

/// Whether a text is a public key of minisign.
pub(crate) fn is_key(text: &str) -> bool {
    PublicKey::from_base64(text).is_ok()
}

/// Signs a sign-off with a secret key: the text of a file that `minisign -G` made. Asks for its password on the terminal
/// where it has one.
///
/// # Errors
/// The key cannot be read or opened.
#[cfg(feature = "sign")]
pub fn sign(off: &SignOff, report: &str, key: &str) -> Result<String, String> {
    let failed = |error: minisign::PError| error.to_string();
    // a key without a password, as `minisign -W` makes it, has no checksum either
    let bytes = key.lines().nth(1).and_then(|line| STANDARD.decode(line.trim()).ok());
    let open = bytes.and_then(|bytes| minisign::SecretKey::from_bytes(&bytes).ok());
    let key = match open.filter(|key| !key.is_encrypted()) {
        Some(key) => key,
        None => minisign::SecretKeyBox::from_string(key)
            .and_then(|boxed| boxed.into_secret_key(None))
            .map_err(failed)?,
    };
    let statement = off.statement(report);
    let signed = minisign::sign(None, &key, statement.as_bytes(), Some("tieout"), Some("tieout"));
    Ok(signed.map_err(failed)?.to_string())
}
