#!/usr/bin/env python3
"""Says whether an MSI has what wix/main.wxs promises.

    check.py MSI VERSION FILE_VERSION PRODUCT_CODE

Prints each thing that is wrong and fails then.
"""

import subprocess
import sys

from tables import Table, names

UPGRADE_CODE = "{AD7B1669-D4F2-4ACF-AE58-0E2623E043EE}"
RUN = r"Software\Microsoft\Windows\CurrentVersion\Run"
TOAST_NAME = r"Software\Classes\AppUserModelId\Shimkeeper.Tray"
TRAY = '"[APPLICATIONFOLDER]shimkeeper-tray.exe"'
FILES = {
    "shimkeeper.exe", "shimkeeper-tray.exe", "start-exai-mcp.cmd", "shimkeeper.png", "README.md", "CHANGELOG.md",
    "ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md", "LICENSE-MIT", "LICENSE-APACHE",
    "clients.md", "configuration.md", "desktops.md", "guard.md", "judging.md", "performance.md", "trust.md",
    "windows-smoke.md", "faces.png", "menu.png", "plasma.png", "toast.png",
}
CURRENT_USER = "1"


def main(msi, version, file_version, product_code):
    wrong = []

    def expect(what, found, wanted):
        if found != wanted:
            wrong.append(f"{what}: {found!r} instead of {wanted!r}")

    missing = {"Environment", "MsiShortcutProperty", "CustomAction", "Icon", "Upgrade"} - set(names(msi))
    if missing:
        raise SystemExit(f"tables are missing: {', '.join(sorted(missing))}")
    tables = {name: Table.read(msi, name) for name in names(msi) if name != "_ForceCodepage"}
    rows = {name: table.rows for name, table in tables.items()}
    properties = {row["Property"]: row["Value"] for row in rows["Property"]}

    expect("version", properties.get("ProductVersion"), version)
    expect("product code", properties.get("ProductCode"), product_code)
    expect("upgrade code", properties.get("UpgradeCode"), UPGRADE_CODE)
    expect("for one user", properties.get("ALLUSERS"), None)
    expect("no restart manager", properties.get("MSIRESTARTMANAGERCONTROL"), "Disable")
    expect("icon of the entry", properties.get("ARPPRODUCTICON"), tables["Icon"].rows[0]["Name"])
    summary = {row["PropertyId"]: row["Value"] for row in rows["_SummaryInformation"]}
    no_admin, compressed, long_names = 8, 2, 0
    expect("no administrator rights", summary["15"], str(no_admin | compressed | long_names))
    expect("platform", summary["7"], "x64;1033")

    long = {row["FileName"].split("|")[-1]: row for row in rows["File"]}
    expect("files", set(long), FILES)
    for program in ("shimkeeper.exe", "shimkeeper-tray.exe"):
        expect(f"version of {program}", long.get(program, {}).get("Version"), file_version)
    packed = subprocess.run(["msiextract", "--list", msi], check=True, capture_output=True, text=True).stdout
    expect("files in the cabinet", {line.rsplit("/", 1)[-1] for line in packed.splitlines() if line}, FILES)

    registry = {row["Registry"]: row for row in rows["Registry"]}
    sixty_four, key_is_registry = 256, 4
    for component in rows["Component"]:
        name = component["Component"]
        key = registry.get(component["KeyPath"], {})
        expect(f"attributes of {name}", int(component["Attributes"]), sixty_four | key_is_registry)
        expect(f"the root of the key path of {name}", key.get("Root"), CURRENT_USER)
        expect(f"the owner of the key path of {name}", key.get("Component_"), name)
    expect("root of every registry row", {row["Root"] for row in rows["Registry"]}, {CURRENT_USER})
    values = {(row["Key"], row["Name"]): (row["Value"], row["Component_"]) for row in rows["Registry"]}
    expect("value at login", values.get((RUN, "Shimkeeper")), (f"{TRAY} --autostart", "Autostart"))
    expect("name of toasts", values.get((TOAST_NAME, "DisplayName")), ("Shimkeeper", "ToastName"))
    expect("icon of toasts", values.get((TOAST_NAME, "IconUri")), ("[APPLICATIONFOLDER]shimkeeper.png", "ToastName"))
    expect("the toasts' key goes at removal", values.get((TOAST_NAME, "-")), ("", "ToastName"))

    features = {row["Feature"]: row for row in rows["Feature"]}
    expect("features", {name: row["Feature_Parent"] for name, row in features.items()},
           {"Main": "", "Autostart": "Main", "Path": "Main"})
    expect("features by default", {row["Level"] for row in features.values()}, {"1"})
    members = {(row["Feature_"], row["Component_"]) for row in rows["FeatureComponents"]}
    expect("components without a feature", {row["Component"] for row in rows["Component"]} - {c for _, c in members}, set())
    for feature, component in (("Autostart", "Autostart"), ("Path", "SearchPath")):
        expect(f"what {feature} brings", {c for f, c in members if f == feature}, {component})

    shortcut = tables["Shortcut"].rows[0]
    expect("shortcut", (shortcut["Directory_"], shortcut["Target"]),
           ("ProgramMenuFolder", "[APPLICATIONFOLDER]shimkeeper-tray.exe"))
    expect("name of the shortcut's program", [(r["Shortcut_"], r["PropertyKey"], r["PropVariantValue"])
                                             for r in rows["MsiShortcutProperty"]],
           [(shortcut["Shortcut"], "System.AppUserModel.ID", "Shimkeeper.Tray")])
    path = rows["Environment"][0]
    expect("PATH", (path["Name"], path["Value"], path["Component_"]),
           ("=-PATH", "[~];[APPLICATIONFOLDER]", "SearchPath"))

    actions = {row["Action"]: row for row in rows["CustomAction"]}
    steps = {row["Action"]: (int(row["Sequence"] or 0), row["Condition"]) for row in rows["InstallExecuteSequence"]}
    for action, kind, option, condition in (
        ("StopTray", 98, "--quit", 'WIX_UPGRADE_DETECTED OR REMOVE="ALL"'),
        ("ForgetTray", 98, "--forget", 'REMOVE="ALL" AND NOT UPGRADINGPRODUCTCODE'),
        ("StartTray", 226, "--autostart", "WIX_UPGRADE_DETECTED AND STARTSATLOGIN"),
    ):
        row = actions.get(action, {})
        expect(f"action {action}", (row.get("Type"), row.get("Source"), row.get("Target")),
               (str(kind), "APPLICATIONFOLDER", f"{TRAY} {option}"))
        expect(f"condition of {action}", steps.get(action, (0, None))[1], condition)
    order = ["AppSearch", "KeepFolder", "CostFinalize", "TellFolder", "StopTray", "InstallValidate", "InstallInitialize",
             "RemoveExistingProducts", "ForgetTray", "RemoveRegistryValues", "RemoveEnvironmentStrings", "RemoveFiles",
             "InstallFiles", "CreateShortcuts", "WriteRegistryValues", "WriteEnvironmentStrings", "InstallFinalize",
             "StartTray"]
    expect("missing steps", [step for step in order if step not in steps], [])
    expect("order of the steps", sorted((s for s in order if s in steps), key=lambda s: steps[s][0]),
           [s for s in order if s in steps])
    refusals = [row["Description"] for row in rows["LaunchCondition"] if row["Condition"] == "NOT WIX_DOWNGRADE_DETECTED"]
    expect("a downgrade is refused with a sentence", len(refusals) == 1 and refusals[0].endswith("."), True)
    detected = {row["ActionProperty"] for row in rows["Upgrade"] if row["UpgradeCode"] == UPGRADE_CODE}
    keeps_features = {int(row["Attributes"]) & 1 for row in rows["Upgrade"] if row["ActionProperty"] == "WIX_UPGRADE_DETECTED"}
    expect("an upgrade keeps the chosen features", keeps_features, {1})
    expect("what is looked for", detected, {"WIX_UPGRADE_DETECTED", "WIX_DOWNGRADE_DETECTED"})

    for line in wrong:
        print(f"{msi}: {line}", file=sys.stderr)
    raise SystemExit(1 if wrong else 0)


if __name__ == "__main__":
    if len(sys.argv) != 5:
        raise SystemExit(__doc__)
    main(*sys.argv[1:])
