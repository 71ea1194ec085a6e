//! Names that tell of a secret: of options, variables, headers and fields.

/// Words in the name of an option or variable that make its value a secret.
const SECRET_NAMES: &[&str] = &[
    "token",
    "key",
    "secret",
    "passw",
    "passphrase",
    "pwd",
    "auth",
    "credential",
    "bearer",
    "jwt",
    "cookie",
    "session",
    "signature",
];

/// Parts of a name that are a secret's by themselves, and too short to be looked for inside others.
const SECRET_PARTS: &[&str] = &["pat", "pass", "pw"];

/// What stands between the name of a header and the secret in it.
const SCHEMES: &[&str] = &["bearer", "basic", "digest", "negotiate", "token", "apikey"];

/// Whether what bears this name is nobody's business.
#[must_use]
pub fn is_secret_name(name: &str) -> bool {
    let name = name.to_lowercase();
    SECRET_NAMES.iter().any(|secret| name.contains(secret))
        || name.split(|c: char| !c.is_alphanumeric()).any(|part| SECRET_PARTS.contains(&part))
}

pub(super) fn is_scheme(word: &str) -> bool {
    SCHEMES.iter().any(|scheme| word.eq_ignore_ascii_case(scheme))
}
