//! A toast in the words of a notification daemon: only what it can show, and by hand what it cannot.

use std::collections::HashMap;
use std::path::Path;

use notify_rust::{Hint, Notification, Timeout, Urgency};
use zbus::zvariant::Value;

use crate::core::wording;
use crate::platform::toast::{Content, ELSEWHERE};

/// What a daemon can do, and how it looks.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Able {
    /// What it calls itself.
    pub(super) name: String,
    /// In the words of the specification: "body", "actions", "body-markup".
    pub(super) capabilities: Vec<String>,
}

/// These say that they have actions and draw no buttons: a click on the toast is all there is.
const DRAW_NO_BUTTONS: [&str; 2] = ["mako", "dunst"];

/// These show the program's name by themselves, beside the toast.
const SHOW_THE_NAME: [&str; 3] = ["Plasma", LXQT, "SwayNotificationCenter"];

/// LXQt's daemon draws one more button for a click beside the buttons, and so little room is left that no label can be
/// read. It cuts off labels of more than two short words also where there are two buttons. It keeps the buttons of the toast that was replaced, and ends when the pointer meets a toast without an end that
/// took the place of one with an end.
const LXQT: &str = "lxqt-notificationd";

/// How long a toast stays that is read and forgotten.
const A_WHILE: Timeout = Timeout::Milliseconds(20_000);

/// A toast has to go before the next one comes in its place.
pub(super) fn cannot_replace(able: &Able) -> bool {
    able.name == LXQT
}

pub(super) fn notification(content: &Content, able: &Able, picture: Option<&Path>) -> Notification {
    let can = |what: &str| able.capabilities.iter().any(|capability| capability == what);
    let has_buttons = can("actions") && !DRAW_NO_BUTTONS.contains(&able.name.as_str());
    // First: some of them cut off what is longer than a few lines.
    let by_hand = content.by_hand.as_deref().filter(|_| !has_buttons);
    let body = by_hand.into_iter().chain(content.body.lines()).collect::<Vec<_>>().join("\n");
    let body = if SHOW_THE_NAME.contains(&able.name.as_str()) || content.title.contains(wording::OUR_NAME) {
        body
    } else {
        wording::who_says(&body)
    };

    let mut toast = Notification::new();
    toast.appname(wording::OUR_NAME);
    if can("body") {
        let body = if can("body-markup") { escaped(&body) } else { body };
        toast.summary(&content.title).body(&body);
    } else {
        toast.summary(&format!("{} · {}", content.title, body.replace('\n', " · ")));
    }
    toast.hint(Hint::DesktopEntry("shimkeeper".into()));
    if let Some(picture) = picture.and_then(Path::to_str) {
        toast.icon(picture).hint(Hint::ImagePath(picture.into()));
    }
    if content.lasting {
        toast.urgency(Urgency::Critical).hint(Hint::Resident(true)).timeout(Timeout::Never);
    } else {
        toast.urgency(Urgency::Normal).timeout(A_WHILE);
    }
    if can("actions") {
        for button in &content.buttons {
            let label = if able.name == LXQT { &button.short } else { &button.label };
            toast.action(button.answer, label);
        }
        if able.name != LXQT {
            // Some others draw a button for this one as well, so it comes last.
            toast.action(ELSEWHERE, wording::BUTTON_STATE);
        }
    }
    toast
}

/// The hints on the wire. The library keeps its own translation to itself.
pub(super) fn hints(toast: &Notification) -> HashMap<&'static str, Value<'_>> {
    toast.hints.iter().filter_map(hint).collect()
}

/// Of those that we use.
fn hint(hint: &Hint) -> Option<(&'static str, Value<'_>)> {
    if let Hint::Urgency(urgency) = hint {
        let urgency: u8 = match urgency {
            Urgency::Low => 0,
            Urgency::Normal => 1,
            Urgency::Critical => 2,
        };
        return Some(("urgency", Value::from(urgency)));
    }
    if let Hint::DesktopEntry(name) = hint {
        return Some(("desktop-entry", Value::from(name.as_str())));
    }
    if let Hint::ImagePath(path) = hint {
        return Some(("image-path", Value::from(path.as_str())));
    }
    if let Hint::Resident(on) = hint { Some(("resident", Value::from(*on))) } else { None }
}

/// The body may hold markup; ours never does.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::toast::Button;

    fn able(name: &str, capabilities: &[&str]) -> Able {
        Able { name: name.into(), capabilities: capabilities.iter().map(|&it| it.into()).collect() }
    }

    fn orphan() -> Content {
        Content {
            title: "Orphaned MCP server".into(),
            body: "exai-mcp: <b> & co ended".into(),
            by_hand: Some("`shimkeeper cleanup` ends it".into()),
            lasting: true,
            picture: ("orphaned", b"png"),
            buttons: vec![Button {
                answer: "cleanup",
                label: "Clean up 1 orphan".into(),
                short: "Clean up".into(),
            }],
        }
    }

    const EVERYTHING: [&str; 3] = ["body", "body-markup", "actions"];

    #[test]
    fn a_command_line_is_no_markup_and_no_entity_where_there_is_no_markup() {
        let toast = notification(&orphan(), &able("Plasma", &EVERYTHING), None);
        assert_eq!(toast.body, "exai-mcp: &lt;b&gt; &amp; co ended");
        let toast = notification(&orphan(), &able("Plasma", &["body", "actions"]), None);
        assert_eq!(toast.body, "exai-mcp: <b> & co ended");
    }

    #[test]
    fn where_no_button_is_drawn_words_say_what_to_do() {
        for (name, capabilities, offers) in
            [("x", &["body"][..], 0), ("mako", &EVERYTHING[..], 2), ("dunst", &EVERYTHING[..], 2)]
        {
            let toast = notification(&orphan(), &able(name, capabilities), None);
            assert!(toast.body.contains("`shimkeeper cleanup` ends it\nexai-mcp: "), "{name}: {toast:?}");
            assert_eq!(toast.actions.len(), offers * 2, "{name}");
        }
        let toast = notification(&orphan(), &able("x", &EVERYTHING), None);
        assert!(!toast.body.contains("shimkeeper cleanup"), "{toast:?}");
        assert_eq!(toast.actions[2..], ["default", "Show the state"]);
    }

    #[test]
    fn a_daemon_without_a_body_gets_everything_in_the_title() {
        let toast = notification(&orphan(), &able("x", &[]), None);
        assert_eq!(toast.body, "");
        assert_eq!(
            toast.summary,
            "Orphaned MCP server · Shimkeeper · `shimkeeper cleanup` ends it · exai-mcp: <b> & co ended"
        );
    }

    #[test]
    fn a_toast_says_who_speaks_once() {
        let body = |name, title: &str| {
            let content = Content { title: title.into(), ..orphan() };
            notification(&content, &able(name, &["body", "actions"]), None).body
        };
        assert!(body("gnome-shell", "Cleaned up").starts_with("Shimkeeper · "));
        assert!(!body("gnome-shell", "Shimkeeper 0.1.0").contains("Shimkeeper"));
        assert!(!body("Plasma", "Cleaned up").contains("Shimkeeper"));
    }

    #[test]
    fn lxqt_draws_only_the_buttons_that_count() {
        let toast = notification(&orphan(), &able("lxqt-notificationd", &EVERYTHING), None);
        assert_eq!(toast.actions, ["cleanup", "Clean up"]);
    }

    #[test]
    fn an_orphan_stays_and_good_news_goes() {
        let picture = Some(Path::new("/run/user/1/shimkeeper/orphaned.png"));
        let toast = notification(&orphan(), &able("x", &EVERYTHING), picture);
        assert_eq!(toast.timeout, Timeout::Never);
        let hints = hints(&toast);
        assert_eq!(hints["urgency"], Value::from(2_u8));
        assert_eq!(hints["resident"], Value::from(true));
        assert_eq!(hints["image-path"], Value::from("/run/user/1/shimkeeper/orphaned.png"));
        assert_eq!(hints["desktop-entry"], Value::from("shimkeeper"));
        let news = notification(&Content { lasting: false, ..orphan() }, &able("x", &EVERYTHING), picture);
        assert_eq!((news.timeout, super::hints(&news)["urgency"].clone()), (A_WHILE, Value::from(1_u8)));
    }
}
