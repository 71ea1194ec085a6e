//! The pictures as panels take them: by name, as files, or as pixels.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::platform::files;
use crate::platform::tray::{Picture, decode};

/// Width, height, and ARGB in network byte order.
pub(super) type Pixmap = (i32, i32, Vec<u8>);

/// The name that a panel looks a picture up by. No other program's begins so. Without a hyphen: what stands before one is
/// a name to fall back to, and LXQt finds the program's own picture by it and not the state's.
pub(super) fn name(picture: &Picture) -> String {
    format!("shimkeeper_{}", picture.name)
}

/// The pixels in every size, decoded anew each time: panels ask once a change, and 70 kB need not be kept.
pub(super) fn pixmaps(picture: &Picture) -> Vec<Pixmap> {
    picture.pngs.iter().filter_map(|(_, png)| pixmap(png).ok()).collect()
}

fn pixmap(png: &[u8]) -> anyhow::Result<Pixmap> {
    let (mut pixels, width, height) = decode(png)?;
    for pixel in pixels.as_chunks_mut::<4>().0 {
        pixel.rotate_right(1);
    }
    Ok((i32::try_from(width)?, i32::try_from(height)?, pixels))
}

/// Where the pictures are to lie: where the session keeps what ends with it, or else below our own folder.
pub(super) fn folders(state: &Path) -> impl Iterator<Item = PathBuf> {
    let session = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from).filter(|path| path.is_absolute());
    session
        .map(|path| path.join("shimkeeper"))
        .into_iter()
        .chain([state.to_owned()])
        .map(|at| at.join("icons"))
}

/// Writes the pictures as a theme's folders. A second tray writes the same, and nobody reads half of a file.
///
/// There is no `index.theme`: some panels put our folder before all others, and would find no other icon by it. The
/// system's own names the same sizes.
pub(super) fn write(folder: &Path, pictures: &[&'static Picture]) -> io::Result<()> {
    for picture in pictures {
        let file = name(picture);
        for (size, png) in picture.pngs {
            let place = folder.join(format!("hicolor/{size}x{size}/apps/{file}.png"));
            put(&place, png)?;
        }
        put(&folder.join(format!("hicolor/scalable/apps/{file}.svg")), picture.svg)?;
        // For panels that look in the folder itself only.
        if let Some((_, largest)) = picture.pngs.last() {
            put(&folder.join(format!("{file}.png")), largest)?;
        }
    }
    Ok(())
}

/// Leaves a file alone that is as it should be: panels read a theme anew when its folders change.
fn put(file: &Path, bytes: &[u8]) -> io::Result<()> {
    if fs::read(file).is_ok_and(|there| there == bytes) { Ok(()) } else { files::write_volatile(file, bytes) }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};

    use super::*;
    use crate::platform::files::testing::Scratch;

    const PNG: &[u8] = include_bytes!("../../../../assets/icons/idle-16.png");
    static IDLE: Picture = Picture { name: "idle", svg: b"<svg/>", pngs: &[(16, PNG), (22, PNG)] };

    #[test]
    fn every_size_is_a_file_of_its_own_that_only_this_user_reads() {
        let scratch = Scratch::new();
        let folder = scratch.path().join("icons");
        write(&folder, &[&IDLE]).unwrap();
        let apps =
            ["16x16", "22x22"].map(|size| folder.join(format!("hicolor/{size}/apps/shimkeeper_idle.png")));
        for file in apps.iter().chain([&folder.join("shimkeeper_idle.png")]) {
            assert_eq!(fs::read(file).unwrap(), PNG, "{}", file.display());
        }
        let drawing = folder.join("hicolor/scalable/apps/shimkeeper_idle.svg");
        assert_eq!(fs::read(&drawing).unwrap(), b"<svg/>");
        assert_eq!(fs::metadata(&folder).unwrap().permissions().mode() & 0o777, 0o700);

        let number = |file: &Path| fs::metadata(file).unwrap().ino();
        let (before, other) = (number(&drawing), number(&apps[0]));
        fs::write(&apps[0], "half a pic").unwrap();
        write(&folder, &[&IDLE]).unwrap();
        assert_eq!(number(&drawing), before, "what is right is left alone");
        assert_eq!(fs::read(&apps[0]).unwrap(), PNG);
        assert_ne!(number(&apps[0]), other, "what is wrong is replaced as a whole");
    }

    #[test]
    fn pixels_come_as_the_bus_wants_them() {
        let pixmaps = pixmaps(&IDLE);
        assert_eq!(pixmaps.len(), 2);
        let (width, height, argb) = &pixmaps[0];
        let (rgba, ..) = decode(PNG).unwrap();
        assert_eq!((*width, *height, argb.len()), (16, 16, 16 * 16 * 4));
        assert_eq!((argb[0], &argb[1..4]), (rgba[3], &rgba[0..3]));
    }
}
