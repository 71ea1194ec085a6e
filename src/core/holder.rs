//! Holders of a port that hold it for somebody else, and that nobody should end.

use super::recognise::program_name;
use super::snapshot::{Process, System};
use super::watch::PathStyle;

/// What such a holder is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Keeper {
    /// Docker's proxy for a container's port.
    Docker,
    /// Windows' relay for a port inside WSL.
    Wsl,
    /// Part of the system: a service host, the kernel, the first process.
    System,
}

/// For whom this process holds its ports, if it is not for itself.
#[must_use]
pub fn keeper_of_others(process: &Process, system: System) -> Option<Keeper> {
    let style = match system {
        System::Windows => PathStyle::Windows,
        System::Linux | System::Macos => PathStyle::Unix,
    };
    if process.identity.pid.is_first() || (system == System::Windows && process.identity.pid.get() == 4) {
        return Some(Keeper::System);
    }
    match program_name(process.exe.as_deref().unwrap_or(&process.name), style).as_str() {
        "docker-proxy" | "com.docker.backend" | "vpnkit" | "vpnkit-bridge" | "rootlesskit"
        | "slirp4netns" | "gvproxy" | "rootlessport" | "conmon" => Some(Keeper::Docker),
        "wslrelay" | "wslhost" | "wslservice" => Some(Keeper::Wsl),
        "svchost" | "services" | "lsass" | "wininit" | "csrss" | "smss" if system == System::Windows => {
            Some(Keeper::System)
        }
        "systemd" | "launchd" => Some(Keeper::System),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::testing::process;

    #[test]
    fn proxies_and_the_system_are_known() {
        let kept =
            |number: u32, name: &str, system| keeper_of_others(&process(number, 1).named(name), system);
        assert_eq!(kept(77, "docker-proxy", System::Linux), Some(Keeper::Docker));
        assert_eq!(kept(77, "com.docker.backend.exe", System::Windows), Some(Keeper::Docker));
        assert_eq!(kept(77, "wslrelay.exe", System::Windows), Some(Keeper::Wsl));
        assert_eq!(kept(77, "svchost.exe", System::Windows), Some(Keeper::System));
        assert_eq!(kept(4, "System", System::Windows), Some(Keeper::System));
        assert_eq!(kept(1, "anything", System::Linux), Some(Keeper::System));
        assert_eq!(kept(77, "systemd", System::Linux), Some(Keeper::System));
        assert_eq!(kept(77, "launchd", System::Macos), Some(Keeper::System));
        assert_eq!(kept(77, "python3.11", System::Linux), None);
        assert_eq!(kept(77, "svchost", System::Linux), None, "that is a name of Windows' own");
        assert_eq!(kept(4, "ksoftirqd", System::Linux), None);
    }
}
