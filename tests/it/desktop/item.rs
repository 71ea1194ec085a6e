//! What a panel reads about the icon, over a real bus.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use zbus::zvariant::OwnedValue;

use crate::desktop::stage::Tray;
use crate::support::bed::Bed;
use crate::support::desktop::Panel;
use crate::support::desktop::on_a_bus;
use crate::support::{PATIENCE, eventually};

type Pixmaps = Vec<(i32, i32, Vec<u8>)>;

#[test]
fn the_icon_comes_by_name_by_file_and_by_pixels() {
    on_a_bus(|| {
        let bed = Bed::with_the_real_name();
        let session = bed.session();
        let keeper = bed.keeper(3005);
        let _panel = Panel::start(&session.address);
        let tray = Tray::start_in(&bed, &session, &keeper);
        let pid = tray.pid();
        eventually("it has looked", PATIENCE, || session.text(pid, "IconName") == "shimkeeper_idle");
        let folder = session.runtime().join("shimkeeper/icons");
        assert_eq!(session.text(pid, "IconThemePath"), folder.display().to_string());
        let of_the_menu: Vec<String> = read(session.menu_property(pid, "IconThemePath"));
        assert!(of_the_menu.is_empty(), "Cinnamon's icon breaks by it: {of_the_menu:?}");
        assert_eq!(fs::metadata(&folder).unwrap().permissions().mode() & 0o777, 0o700);
        let faces =
            ["orphaned", "blocked", "unseen", "duplicate", "starting", "healthy", "idle", "busy", "paused"];
        for face in faces {
            for size in [16, 22, 24, 32, 48, 64] {
                let file = folder.join(format!("hicolor/{size}x{size}/apps/shimkeeper_{face}.png"));
                assert!(fs::read(&file).unwrap().starts_with(b"\x89PNG"), "{}", file.display());
            }
            let drawing = folder.join(format!("hicolor/scalable/apps/shimkeeper_{face}.svg"));
            assert!(fs::read_to_string(&drawing).unwrap().contains("<svg"), "{}", drawing.display());
            assert!(folder.join(format!("shimkeeper_{face}.png")).exists());
        }
        let pixmaps: Pixmaps = read(session.property(pid, "IconPixmap"));
        assert_eq!(pixmaps.iter().map(|it| it.0).collect::<Vec<_>>(), [16, 22, 24, 32, 48, 64]);
        assert!(pixmaps.iter().all(|(width, height, bytes)| {
            usize::try_from(width * height * 4).unwrap() == bytes.len() && width == height
        }));
    });
}

#[test]
fn the_state_is_told_by_title_status_and_descriptions() {
    on_a_bus(|| {
        let bed = Bed::with_the_real_name();
        let session = bed.session();
        let keeper = bed.keeper(3005);
        let _panel = Panel::start(&session.address);
        let tray = Tray::start_in(&bed, &session, &keeper);
        let pid = tray.pid();
        eventually("it is idle", PATIENCE, || session.text(pid, "IconName") == "shimkeeper_idle");
        assert_eq!(session.text(pid, "Status"), "Active");
        assert_eq!(session.text(pid, "Id"), "shimkeeper");
        assert_eq!(session.text(pid, "Category"), "ApplicationStatus");

        let signals = session.signals("/StatusNotifierItem");
        let client = bed.client().on_port(3005).start();
        let shim = client.shim();
        client.kill_hard();
        eventually("it asks for attention", PATIENCE, || session.text(pid, "Status") == "NeedsAttention");
        for name in ["IconName", "AttentionIconName"] {
            assert_eq!(session.text(pid, name), "shimkeeper_orphaned");
        }
        let pixels: Pixmaps = read(session.property(pid, "AttentionIconPixmap"));
        assert_eq!(pixels.len(), 6);
        let title = session.text(pid, "Title");
        assert_eq!(title, "Shimkeeper: 1 orphan holds port 3005");
        let (_, _, tip, why): (String, Pixmaps, String, String) = read(session.property(pid, "ToolTip"));
        assert_eq!(tip, title);
        let evidence = format!("Orphan · PID {}: its client", shim.pid());
        assert!(why.starts_with(&evidence) && !why.contains("Shimkeeper"), "{why}");
        for name in ["IconAccessibleDesc", "AttentionAccessibleDesc"] {
            let told = session.text(pid, name);
            assert!(told.contains("1 orphan holds port 3005") && told.contains(&evidence), "{name}: {told}");
        }
        eventually("hosts are told of all this", PATIENCE, || {
            let heard = signals.lock().unwrap().clone();
            let all =
                ["NewTitle", "NewIcon", "NewAttentionIcon", "NewStatus", "NewToolTip", "PropertiesChanged"];
            all.iter().all(|signal| heard.iter().any(|it| it == signal))
        });

        keeper.run(&["cleanup"]).expect_code(0);
        eventually("it is calm again", PATIENCE, || session.text(pid, "Status") == "Active");
        assert!(!shim.lives());
    });
}

#[test]
fn every_click_on_the_icon_shows_the_state_and_ends_nothing() {
    on_a_bus(|| {
        let bed = Bed::with_the_real_name();
        let session = bed.session();
        let keeper = bed.keeper(3005);
        let notifier = session.notifier();
        let _panel = Panel::start(&session.address);
        let tray = Tray::start_in(&bed, &session, &keeper);
        let client = bed.client().on_port(3005).start();
        let shim = client.shim();
        client.kill_hard();
        eventually("the orphan is told", PATIENCE, || !notifier.shown().is_empty());
        eventually("the headline says it", PATIENCE, || {
            session.text(tray.pid(), "Title").ends_with("1 orphan holds port 3005")
        });
        let told = || {
            notifier.shown().iter().filter(|(title, _)| title.contains("1 orphan holds port 3005")).count()
        };
        for (number, method) in ["Activate", "SecondaryActivate", "ContextMenu"].iter().enumerate() {
            session.item_call(tray.pid(), method, &(10_i32, 20_i32)).unwrap();
            eventually(&format!("{method} shows the state"), PATIENCE, || told() == number + 1);
        }
        session.item_call(tray.pid(), "XAyatanaSecondaryActivate", &(0_u32,)).unwrap();
        eventually("Ayatana's middle button does", PATIENCE, || told() == 4);
        session.item_call(tray.pid(), "Scroll", &(120_i32, "vertical")).unwrap();
        assert!(shim.lives(), "a click ended it");
    });
}

fn read<T>(value: OwnedValue) -> T
where
    T: TryFrom<OwnedValue>,
    T::Error: std::fmt::Debug,
{
    T::try_from(value).unwrap()
}
