//! Whoever could read a file before it was changed can read it afterwards, and nobody else.

use std::fs::{self, File};
use std::path::Path;

use rustix::fs::{XattrFlags, fgetxattr, fsetxattr};
use rustix::io::Errno;

use crate::mcp::user::User;

const ACCESS_LIST: &str = "system.posix_acl_access";
const HANDED_DOWN: &str = "system.posix_acl_default";

/// Tags of the kernel's format.
const OWNER: u16 = 1;
const USER: u16 = 2;
const GROUP: u16 = 4;
const MASK: u16 = 16;
const OTHERS: u16 = 32;

/// One more user may read; the group may not, although the group's bits of the mode say so.
fn access_list() -> Vec<u8> {
    let mut list = 2_u32.to_le_bytes().to_vec();
    for (tag, rights, id) in [
        (OWNER, 6_u16, u32::MAX),
        (USER, 4, 4242),
        (GROUP, 0, u32::MAX),
        (MASK, 4, u32::MAX),
        (OTHERS, 0, u32::MAX),
    ] {
        list.extend(tag.to_le_bytes());
        list.extend(rights.to_le_bytes());
        list.extend(id.to_le_bytes());
    }
    list
}

/// Whether the file system could take it.
fn set(path: &Path, name: &str, value: &[u8]) -> bool {
    match fsetxattr(File::open(path).unwrap(), name, value, XattrFlags::empty()) {
        Ok(()) => true,
        Err(Errno::NOTSUP) => {
            eprintln!("not tried: the file system below {} knows no {name}", path.display());
            false
        }
        Err(error) => panic!("{name}: {error}"),
    }
}

fn get(path: &Path, name: &str) -> Option<Vec<u8>> {
    let mut value = [0; 1000];
    match fgetxattr(File::open(path).unwrap(), name, &mut value[..]) {
        Ok(length) => Some(value[..length].to_vec()),
        Err(Errno::NODATA) => None,
        Err(error) => panic!("{name}: {error}"),
    }
}

#[test]
fn an_access_list_and_what_other_programs_have_noted_stay() {
    let user = User::new();
    let path = user.has_the_shim("project/.mcp.json");
    if !set(&path, ACCESS_LIST, &access_list()) || !set(&path, "user.note", b"mine") {
        return;
    }
    let mode = |path: &Path| std::os::unix::fs::MetadataExt::mode(&path.metadata().unwrap());
    let before = mode(&path);
    for what in ["wrap", "unwrap"] {
        user.mcp(&[what]).expect_code(0);
        assert_eq!(get(&path, ACCESS_LIST), Some(access_list()), "{what}");
        assert_eq!(get(&path, "user.note"), Some(b"mine".to_vec()), "{what}");
        assert_eq!(mode(&path), before, "{what}");
    }
}

#[test]
fn what_the_folder_hands_down_to_new_files_gives_nobody_more() {
    let user = User::new();
    let path = user.has_the_shim("project/.mcp.json");
    fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o640)).unwrap();
    if !set(&user.path("project"), HANDED_DOWN, &access_list()) {
        return;
    }
    user.mcp(&["wrap"]).expect_code(0);
    assert!(user.read("project/.mcp.json").contains("guard"));
    assert_eq!(get(&path, ACCESS_LIST), None);
}

#[test]
fn a_file_of_two_names_is_left_alone() {
    let user = User::new();
    let path = user.has_the_shim("project/.mcp.json");
    let before = user.read("project/.mcp.json");
    fs::hard_link(&path, user.path("second")).unwrap();
    user.mcp(&["wrap"])
        .expect_code(1)
        .complains("the file has 1 other name (hard links)")
        .complains("symbolic links");
    assert_eq!(user.read("project/.mcp.json"), before);
    fs::remove_file(user.path("second")).unwrap();
    user.mcp(&["wrap"]).expect_code(0);
}
