//! Holders of a port that hold it for somebody else, and that nobody should end.

use super::interpreter::program_name;
use super::snapshot::{Process, System};

/// What such a holder is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Keeper {
    /// Docker, or its proxy, for a container's port.
    Docker,
    /// What carries the network of Podman's containers.
    Podman,
    /// A virtual machine, or what forwards ports into one.
    Machine,
    /// Windows' relay for a port inside WSL.
    Wsl,
    /// OpenSSH, on either side of a forwarded port.
    Ssh,
    /// Kubernetes' forwarding to a pod.
    Kubernetes,
    /// Android's debugging bridge.
    Android,
    /// A relay or tunnel between two places.
    Relay,
    /// Part of the system: a service host, the kernel, the first process.
    System,
}

/// As much of a name as Linux keeps.
const KEPT: usize = 15;

const KEEPERS: &[(Keeper, &[&str])] = &[
    (
        Keeper::Docker,
        &["docker-proxy", "dockerd", "com.docker.backend", "vpnkit", "vpnkit-bridge", "rootlesskit"],
    ),
    (
        Keeper::Podman,
        &[
            "pasta",
            "pasta.avx2",
            "passt",
            "passt.avx2",
            "rootlessport",
            "slirp4netns",
            "conmon",
            "gvproxy",
            "win-sshproxy",
        ],
    ),
    (
        Keeper::Machine,
        &[
            "limactl",
            "colima",
            "host-switch",
            "multipassd",
            "vboxheadless",
            "virtualboxvm",
            "vboxnetnat",
            "vmware-vmx",
        ],
    ),
    (Keeper::Wsl, &["wslrelay", "wslhost", "wslservice"]),
    (Keeper::Ssh, &["ssh", "sshd", "sshd-session", "autossh"]),
    (Keeper::Kubernetes, &["kubectl", "oc", "kube-proxy", "minikube"]),
    (Keeper::Android, &["adb"]),
    (
        Keeper::Relay,
        &[
            "socat",
            "cloudflared",
            "ngrok",
            "tailscaled",
            "chisel",
            "frpc",
            "stunnel",
            "stunnel4",
            "rinetd",
            "systemd-socket-proxyd",
        ],
    ),
    (Keeper::System, &["systemd", "launchd"]),
];

/// Service hosts of Windows, whose names mean nothing elsewhere.
const OF_WINDOWS: &[&str] = &["svchost", "services", "lsass", "wininit", "csrss", "smss"];

/// For whom this process holds its ports, if it is not for itself.
#[must_use]
pub fn keeper_of_others(process: &Process, system: System) -> Option<Keeper> {
    let style = system.path_style();
    if process.identity.pid.is_first() || (system == System::Windows && process.identity.pid.get() == 4) {
        return Some(Keeper::System);
    }
    let name = program_name(process.exe.as_deref().unwrap_or(&process.name), style);
    let is_cut = process.exe.is_none() && name.len() == KEPT;
    let is = |known: &str| known == name || is_cut && known.starts_with(&name);
    if system == System::Windows && OF_WINDOWS.contains(&name.as_str()) {
        return Some(Keeper::System);
    }
    if name.starts_with("qemu-system-") {
        return Some(Keeper::Machine);
    }
    KEEPERS.iter().find(|(_, names)| names.iter().any(|known| is(known))).map(|(keeper, _)| *keeper)
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
        for (name, keeper) in [
            ("dockerd", Keeper::Docker),
            ("pasta", Keeper::Podman),
            ("pasta.avx2", Keeper::Podman),
            ("passt", Keeper::Podman),
            ("passt.avx2", Keeper::Podman),
            ("rootlessport", Keeper::Podman),
            ("slirp4netns", Keeper::Podman),
            ("limactl", Keeper::Machine),
            ("qemu-system-x86_64", Keeper::Machine),
            ("ssh", Keeper::Ssh),
            ("sshd", Keeper::Ssh),
            ("kubectl", Keeper::Kubernetes),
            ("adb", Keeper::Android),
            ("socat", Keeper::Relay),
            ("cloudflared", Keeper::Relay),
            ("systemd-socket-", Keeper::Relay),
        ] {
            assert_eq!(kept(77, name, System::Linux), Some(keeper), "{name}");
        }
        let whole = process(77, 1).named("x").with_exe("/usr/bin/pasta.avx2 (deleted)");
        assert_eq!(keeper_of_others(&whole, System::Linux), Some(Keeper::Podman));
        for own in ["sshfs", "pastas", "node", "nginx", "socat2", "adbd-like"] {
            assert_eq!(kept(77, own, System::Linux), None, "{own}");
        }
        assert_eq!(kept(77, "python3.11", System::Linux), None);
        assert_eq!(kept(77, "svchost", System::Linux), None, "that is a name of Windows' own");
        assert_eq!(kept(4, "ksoftirqd", System::Linux), None);
    }
}
