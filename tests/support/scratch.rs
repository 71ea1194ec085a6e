//! A folder of the test's own.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};
use std::{env, fs, io, process};

/// A scratch folder that is gone when this value is gone.
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    /// The name is short, because sockets with a path limit of 108 bytes live in it.
    pub(crate) fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        loop {
            let nanos = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |age| age.subsec_nanos());
            let count = COUNT.fetch_add(1, Ordering::Relaxed);
            let name = format!("sk-{}-{count}-{nanos:x}", process::id());
            let path = env::temp_dir().join(name);
            // Pids repeat across pid namespaces that share this folder: only the one who
            // creates the folder owns it.
            match fs::create_dir(&path) {
                Ok(()) => return Self(path),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => panic!("cannot create {}: {error}", path.display()),
            }
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// Makes a folder inside and returns its path.
    pub(crate) fn folder(&self, name: &str) -> PathBuf {
        let path = self.0.join(name);
        fs::create_dir_all(&path).unwrap();
        path
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // A failed removal leaves litter, not harm; Drop has nobody to tell.
        let _ = fs::remove_dir_all(&self.0);
    }
}
