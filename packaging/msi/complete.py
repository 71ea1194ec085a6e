#!/usr/bin/env python3
"""Writes into an MSI made by wixl what wixl cannot say.

    complete.py MSI FILE_VERSION PACKAGE_CODE SECONDS

These are the rows that wix/main.wxs has between `ifndef var.Wixl` and `endif`, and the parts of rows
that wixl leaves out. Change one only with the other.
"""

import sys
import time

from tables import Table

SHORT = {
    # Names for volumes without long ones; the format asks for them.
    ("File", "TrayExe"): "shimtray.exe|shimkeeper-tray.exe",
    ("File", "CommandLineExe"): "shimcli.exe|shimkeeper.exe",
    ("File", "StartServer"): "shimstrt.cmd|start-exai-mcp.cmd",
    ("File", "ToastIcon"): "shimicon.png|shimkeeper.png",
    ("File", "Changelog"): "CHANGES.md|CHANGELOG.md",
    ("File", "Architecture"): "ARCHITEC.md|ARCHITECTURE.md",
    ("File", "Contributing"): "CONTRIB.md|CONTRIBUTING.md",
    ("File", "DocConfiguration"): "CONFIG.md|configuration.md",
    ("File", "DocPerformance"): "PERFORM.md|performance.md",
    ("File", "DocWindowsSmoke"): "WINSMOKE.md|windows-smoke.md",
    ("File", "LicenceMit"): "LICMIT|LICENSE-MIT",
    ("File", "LicenceApache"): "LICAPACH|LICENSE-APACHE",
    ("Shortcut", "TrayShortcut"): "SHIMKEEP|Shimkeeper",
    ("Directory", "APPLICATIONFOLDER"): "SHIMKEEP|Shimkeeper",
    ("Directory", "ScreenshotsFolder"): "SCREENS|screenshots",
    ("Directory", "StateRoot"): "SHIMKEEP|shimkeeper",
}
NAME_COLUMN = {"File": "FileName", "Shortcut": "Name", "Directory": "DefaultDir"}

# Of actions that run a program in a folder.
PROGRAM, GO_ON_IF_IT_FAILS, DO_NOT_WAIT = 34, 64, 128


def main(msi, file_version, package_code, seconds):
    changed = {}

    def table(name):
        return changed.setdefault(name, Table.read(msi, name))

    changed["Environment"] = environment = Table.new(
        "Environment", "Environment Name Value Component_", "s72 l255 L255 s72", "Environment"
    )
    # Made if it is missing (=), taken back at removal (-), behind what stands there.
    environment.add("Path", "=-PATH", "[~];[APPLICATIONFOLDER]", "SearchPath")
    changed["MsiShortcutProperty"] = properties = Table.new(
        "MsiShortcutProperty",
        "MsiShortcutProperty Shortcut_ PropertyKey PropVariantValue",
        "s72 s72 s255 s255",
        "MsiShortcutProperty",
    )
    properties.add("TrayShortcutName", "TrayShortcut", "System.AppUserModel.ID", "Shimkeeper.Tray")

    # The whole key goes at removal, with what the program wrote there.
    table("Registry").add("ToastNameKey", 1, r"Software\Classes\AppUserModelId\Shimkeeper.Tray", "-", "", "ToastName")
    at_removal = 2
    for row, name, folder in (
        ("RemoveLock", "tray.loc|tray.lock", "StateFolder"),
        ("RemoveIcon", "icon.png", "StateFolder"),
        ("RemoveStateFolder", "", "StateFolder"),
        ("RemoveStateRoot", "", "StateRoot"),
    ):
        table("RemoveFile").add(row, "Folders", name, folder, at_removal)
    table("Component").row("Autostart")["Condition"] = "NOT WIX_UPGRADE_DETECTED OR STARTSATLOGIN"

    not_advertised, not_left_out = 8, 16
    for feature in table("Feature").rows:
        feature["Attributes"] = str(not_advertised | (not_left_out if feature["Feature"] == "Main" else 0))
    # Without a version Windows takes the installed program for the newer one, keeps it, and then
    # removes it with the old package.
    for program in ("TrayExe", "CommandLineExe"):
        table("File").row(program).update(Version=file_version, Language="0")
    for (name, row), both in SHORT.items():
        table(name).row(row)[NAME_COLUMN[name]] = both

    actions = table("CustomAction")
    set_property = 51
    for action in ("KeepFolder", "TellFolder"):
        actions.row(action)["Type"] = str(set_property)
    for action, kind, option in (
        ("StopTray", PROGRAM | GO_ON_IF_IT_FAILS, "--quit"),
        ("ForgetTray", PROGRAM | GO_ON_IF_IT_FAILS, "--forget"),
        ("StartTray", PROGRAM | GO_ON_IF_IT_FAILS | DO_NOT_WAIT, "--autostart"),
    ):
        actions.add(action, kind, "APPLICATIONFOLDER", f'"[APPLICATIONFOLDER]shimkeeper-tray.exe" {option}', "")
    keep_folder = ("KeepFolder", "FORMERFOLDER AND NOT APPLICATIONFOLDER", 51)
    table("InstallUISequence").add(*keep_folder)
    sequence = table("InstallExecuteSequence")
    for step in (
        keep_folder,
        ("TellFolder", "", 1001),
        ("StopTray", 'WIX_UPGRADE_DETECTED OR REMOVE="ALL"', 1399),
        ("ForgetTray", 'REMOVE="ALL" AND NOT UPGRADINGPRODUCTCODE', 2599),
        ("RemoveEnvironmentStrings", "", 3300),
        ("WriteEnvironmentStrings", "", 5200),
        ("StartTray", "WIX_UPGRADE_DETECTED AND STARTSATLOGIN", 6601),
    ):
        sequence.add(*step)
    # Within the transaction: if the new version cannot be installed, the old one comes back.
    sequence.row("RemoveExistingProducts")["Sequence"] = "1501"

    # Every build would have another identifier and other times here.
    summary = table("_SummaryInformation")
    identifier, created, saved = "9", "12", "13"
    summary.row(identifier)["Value"] = package_code
    for when in (created, saved):
        summary.row(when)["Value"] = time.strftime("%Y/%m/%d %H:%M:%S", time.gmtime(int(seconds)))

    for changed_table in changed.values():
        changed_table.write(msi)


if __name__ == "__main__":
    if len(sys.argv) != 5:
        raise SystemExit(__doc__)
    main(*sys.argv[1:])
