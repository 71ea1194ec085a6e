//! Toasts by the desktop's notification daemon.

use std::io;
use std::path::Path;
use std::sync::Mutex;

use notify_rust::{Notification, NotificationHandle, NotificationResponse, Timeout};

use crate::platform::toast::Content;

#[expect(clippy::unnecessary_wraps, reason = "its twin writes to the registry")]
pub(crate) fn introduce_ourselves(_: &Path) -> io::Result<()> {
    Ok(())
}

#[expect(clippy::unnecessary_wraps, reason = "its twin writes to the registry")]
pub(crate) fn forget_ourselves(_: &Path) -> io::Result<()> {
    Ok(())
}

#[derive(Debug)]
pub(crate) struct Shown(NotificationHandle);

pub(crate) async fn show(content: &Content) -> Result<Shown, String> {
    let mut notification = Notification::new();
    notification
        .appname("Shimkeeper")
        .summary(&content.title)
        .body(&escaped(&content.body))
        .icon("dialog-warning")
        .timeout(Timeout::Milliseconds(20_000));
    for (answer, label) in &content.buttons {
        notification.action(answer, label);
    }
    notification.show_async().await.map(Shown).map_err(|error| error.to_string())
}

impl Shown {
    pub(crate) async fn answer(&self) -> Option<String> {
        // The library hands the answer to a callback.
        let answer = Mutex::new(None);
        let keep = |response: &NotificationResponse| {
            if let (NotificationResponse::Action(id), Ok(mut answer)) = (response, answer.lock()) {
                *answer = Some(id.clone());
            }
        };
        self.0.wait_for_action_async(keep).await;
        answer.into_inner().ok().flatten()
    }

    pub(crate) async fn close(&self) {
        self.0.close_async().await;
    }
}

/// The body may hold markup; ours never does.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_line_is_no_markup() {
        assert_eq!(escaped("<b>a & b</b>"), "&lt;b&gt;a &amp; b&lt;/b&gt;");
    }
}
