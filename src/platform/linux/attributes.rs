//! Extended attributes, of which access lists are some.

use std::fs::File;
use std::io;

use rustix::buffer::spare_capacity;
use rustix::fs::{XattrFlags, fgetxattr, flistxattr, fremovexattr, fsetxattr};
use rustix::io::Errno;

use crate::core::wording;

/// The most that the kernel lets a name list or a value hold, in bytes.
const MOST: usize = 65_536;

const ACCESS_LIST: &[u8] = b"system.posix_acl_access";

pub(crate) fn copy(from: &File, to: &File) -> io::Result<()> {
    let names = names(from)?;
    if !names.iter().any(|name| name == ACCESS_LIST) {
        forget_inherited_list(to)?;
    }
    for name in names {
        let set = value(from, &name).and_then(|value| fsetxattr(to, &*name, &value, XattrFlags::empty()));
        // Whoever may read a file is said by `system.*`; `security.*` and `trusted.*` are the system's.
        let must_stay = name.starts_with(b"system.") || name.starts_with(b"user.");
        match set {
            Err(error) if must_stay => {
                let error = io::Error::from(error);
                let says = wording::attribute_lost(&String::from_utf8_lossy(&name), &error);
                return Err(io::Error::new(error.kind(), says));
            }
            Err(_) | Ok(()) => {}
        }
    }
    Ok(())
}

/// A folder can hand a list down to each new file in it.
fn forget_inherited_list(file: &File) -> io::Result<()> {
    match fremovexattr(file, ACCESS_LIST) {
        Ok(()) | Err(Errno::NODATA | Errno::NOTSUP) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

fn names(file: &File) -> io::Result<Vec<Vec<u8>>> {
    let mut list = Vec::with_capacity(MOST);
    match flistxattr(file, spare_capacity(&mut list)) {
        Ok(_) | Err(Errno::NOTSUP) => {}
        Err(error) => return Err(error.into()),
    }
    let names = list.split(|byte| *byte == 0).filter(|name| !name.is_empty());
    Ok(names.map(<[u8]>::to_vec).collect())
}

fn value(file: &File, name: &[u8]) -> rustix::io::Result<Vec<u8>> {
    let mut value = Vec::with_capacity(MOST);
    fgetxattr(file, name, spare_capacity(&mut value))?;
    Ok(value)
}
