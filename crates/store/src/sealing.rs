//! Sealing: secrets are encrypted before they reach the database, with a key that lives outside it.
//!
//! A sealed value is `version · key id · nonce · ciphertext`, XChaCha20-Poly1305. The place it belongs to is bound in
//! as associated data, so that a sealed value copied to another row does not open.

use std::{fs, io, io::Write as _, path::Path};

use aws_lc_rs::{digest, rand};
use chacha20poly1305::{
    KeyInit as _, XChaCha20Poly1305, XNonce,
    aead::{Aead as _, Payload},
};
use model::Secret;

use crate::StoreError;

const VERSION: u8 = 1;
const KEY_BYTES: usize = 32;
const KEY_ID_BYTES: usize = 4;
const NONCE_BYTES: usize = 24;
const HEADER_BYTES: usize = 1 + KEY_ID_BYTES + NONCE_BYTES;

/// The key that secrets at rest are sealed with.
#[derive(Clone)]
pub struct SealKey {
    key: Secret<[u8; KEY_BYTES]>,
    id: [u8; KEY_ID_BYTES],
}

impl std::fmt::Debug for SealKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SealKey({})", hex(&self.id))
    }
}

/// Where a sealed value stands.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    /// Table and column.
    pub(crate) column: &'static str,
    /// The row's id.
    pub(crate) row: i64,
}

impl SealKey {
    /// Takes the key's bytes.
    #[must_use]
    pub fn from_bytes(bytes: [u8; KEY_BYTES]) -> Self {
        let mut hash = digest::Context::new(&digest::SHA256);
        hash.update(b"posthouse seal key id");
        hash.update(&bytes);
        let mut id = [0; KEY_ID_BYTES];
        id.copy_from_slice(&hash.finish().as_ref()[..KEY_ID_BYTES]);
        Self { key: Secret::new(bytes), id }
    }

    /// Reads the key from a file of 32 bytes, or makes one that only its owner may read. Two processes that both make
    /// it end up with the same key.
    ///
    /// # Errors
    /// [`StoreError::Disk`] where the file cannot be read or made, [`StoreError::Corrupt`] where it is not a key.
    pub fn load_or_create(path: &Path) -> Result<Self, StoreError> {
        let disk = |error: io::Error| StoreError::Disk(format!("seal key {}: {error}", path.display()));
        match fs::read(path) {
            Ok(bytes) => {
                let bytes = Secret::new(bytes);
                let key = bytes.expose().as_slice().try_into().map_err(|_| {
                    StoreError::Corrupt(format!("the seal key file {} must have 32 bytes", path.display()))
                })?;
                Ok(Self::from_bytes(key))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                create_key_file(path).map_err(disk)?;
                Self::load_or_create(path)
            }
            Err(error) => Err(disk(error)),
        }
    }

    /// A few letters that tell keys apart and say nothing of the key.
    #[must_use]
    pub fn id(&self) -> String {
        hex(&self.id)
    }

    pub(crate) fn seal(&self, place: Place, plain: &[u8]) -> Result<Vec<u8>, StoreError> {
        let mut nonce = [0; NONCE_BYTES];
        rand::fill(&mut nonce).map_err(|_| StoreError::Database("no randomness for sealing".to_owned()))?;
        let associated = place.associated();
        let sealed = self
            .cipher()
            .encrypt(&XNonce::from(nonce), Payload { msg: plain, aad: associated.as_bytes() })
            .map_err(|_| StoreError::Database("a value is too large to seal".to_owned()))?;
        let mut bytes = Vec::with_capacity(HEADER_BYTES + sealed.len());
        bytes.push(VERSION);
        bytes.extend_from_slice(&self.id);
        bytes.extend_from_slice(&nonce);
        bytes.extend_from_slice(&sealed);
        Ok(bytes)
    }

    pub(crate) fn open(&self, place: Place, bytes: &[u8]) -> Result<Secret<Vec<u8>>, StoreError> {
        let corrupt =
            |why: String| StoreError::Corrupt(format!("{} of row {}: {why}", place.column, place.row));
        let (Some((&VERSION, rest)), true) = (bytes.split_first(), bytes.len() >= HEADER_BYTES) else {
            return Err(corrupt("not a sealed value of this version".to_owned()));
        };
        let (id, rest) = rest.split_at(KEY_ID_BYTES);
        if id != self.id {
            return Err(corrupt(format!("sealed with key {}, but key {} was given", hex(id), self.id())));
        }
        let (nonce, sealed) = rest.split_at(NONCE_BYTES);
        let nonce = XNonce::try_from(nonce).map_err(|_| corrupt("its nonce is cut short".to_owned()))?;
        let associated = place.associated();
        self.cipher()
            .decrypt(&nonce, Payload { msg: sealed, aad: associated.as_bytes() })
            .map(Secret::new)
            .map_err(|_| corrupt("damaged, or moved here from another row".to_owned()))
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(self.key.expose().into())
    }
}

impl Place {
    fn associated(self) -> String {
        format!("{}:{}", self.column, self.row)
    }
}

/// Writes a new key beside its place and links it there: whoever comes second finds the first one's key.
fn create_key_file(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let mut key = [0; KEY_BYTES];
    rand::fill(&mut key).map_err(|_| io::Error::other("no randomness"))?;
    let key = Secret::new(key);
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}", uuid::Uuid::new_v4().simple()));
    let draft = folder.join(name);
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&draft)?;
    let written = file.write_all(key.expose()).and_then(|()| file.sync_all());
    let linked = written.and_then(|()| match fs::hard_link(&draft, path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        other => other,
    });
    fs::remove_file(&draft)?;
    linked?;
    fs::File::open(folder)?.sync_all()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::{Place, SealKey};
    use crate::StoreError;

    const HERE: Place = Place { column: "apps.login_secret", row: 7 };

    #[test]
    fn a_sealed_value_opens_only_with_its_key_and_in_its_place() {
        let key = SealKey::from_bytes([1; 32]);
        let sealed = key.seal(HERE, b"the secret").unwrap();
        assert_eq!(key.open(HERE, &sealed).unwrap().expose(), b"the secret");

        let elsewhere = Place { row: 8, ..HERE };
        assert!(matches!(key.open(elsewhere, &sealed), Err(StoreError::Corrupt(_))));
        let other = SealKey::from_bytes([2; 32]).open(HERE, &sealed).unwrap_err().to_string();
        assert!(other.contains("sealed with key"), "{other}");
    }

    #[test]
    fn any_changed_or_missing_byte_is_corrupt_and_never_a_panic() {
        let key = SealKey::from_bytes([1; 32]);
        let sealed = key.seal(HERE, b"the secret").unwrap();
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert!(key.open(HERE, &changed).is_err());
            assert!(key.open(HERE, &sealed[..at]).is_err());
        }
    }

    #[test]
    fn the_same_value_is_sealed_differently_each_time() {
        let key = SealKey::from_bytes([1; 32]);
        assert_ne!(key.seal(HERE, b"x").unwrap(), key.seal(HERE, b"x").unwrap());
    }
}
