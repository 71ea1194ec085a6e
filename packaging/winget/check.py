#!/usr/bin/env python3
"""Says whether a winget manifest of three files is sound, without the network.

    check.py FOLDER [MSI]

Knows the keys that our manifest uses, with the rules that winget's manifest format 1.10 has for them
(required, kind, length, pattern, values), and what must agree between the files; with the MSI also
its hash and codes. An unknown key is an error. Where SHIMKEEPER_WINGET_SCHEMAS names a folder with
winget's own JSON schemas of that version and python3-jsonschema is installed, they are applied, too.
"""

import datetime
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys

import yaml

VERSION = "1.10.0"
NO_PATH = r'[^\\/:*?"<>|\x01-\x1f]+'
ID_PART = r'[^.\s\\/:*?"<>|\x01-\x1f]{1,32}'
GUID = r"\{[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}\}"


def text(least=1, most=10_000, pattern=None, values=None):
    def check(value):
        if not isinstance(value, str):
            return f"{value!r} is no text"
        if not least <= len(value) <= most:
            return f"{len(value)} characters are not within {least} to {most}"
        if pattern and not re.fullmatch(pattern, value):
            return f"{value!r} is not of the form {pattern}"
        if values and value not in values:
            return f"{value!r} is none of {', '.join(values)}"
        return None

    return check


def some(check, most):
    def check_all(value):
        if not isinstance(value, list) or not 1 <= len(value) <= most:
            return f"not a list of 1 to {most}"
        if any(value.count(one) > 1 for one in value):
            return "an entry stands there twice"
        return next((wrong for wrong in map(check, value) if wrong), None)

    return check_all


def table(required, optional=()):
    def check(value):
        if not isinstance(value, dict):
            return "no table"
        rules = dict(required) | dict(optional)
        for key in value.keys() - rules.keys():
            return f"{key} is no key of it"
        for key in required.keys() - value.keys():
            return f"{key} is missing"
        return next((f"{key}: {wrong}" for key in value if (wrong := rules[key](value[key]))), None)

    return check


def date(value):
    try:
        datetime.date.fromisoformat(value)
    except (TypeError, ValueError):
        return f"{value!r} is no date"
    return None


URL = text(8, 2048, r"https://.+")
SYSTEM = text(pattern=r"\d{1,5}(\.\d{1,5}){0,3}")
TAG = text(1, 40)


def common(kind):
    return {
        "PackageIdentifier": text(3, 128, rf"{ID_PART}(\.{ID_PART}){{1,7}}"),
        "PackageVersion": text(1, 128, NO_PATH),
        "ManifestType": text(values=[kind]),
        "ManifestVersion": text(values=[VERSION]),
    }


LOCALE = text(2, 20, r"[a-zA-Z]{2,3}(-[a-zA-Z]{1,8})*")
RULES = {
    "version": table(common("version") | {"DefaultLocale": LOCALE}),
    "installer": table(
        common("installer")
        | {
            "InstallerType": text(values=["msi", "wix"]),
            "Scope": text(values=["user"]),
            "ProductCode": text(1, 255, GUID),
            "Installers": some(
                table(
                    {
                        "Architecture": text(values=["x64"]),
                        "InstallerUrl": URL,
                        "InstallerSha256": text(64, 64, r"[0-9A-Fa-f]{64}"),
                    }
                ),
                1024,
            ),
        },
        {
            "Platform": some(text(values=["Windows.Desktop", "Windows.Universal"]), 2),
            "MinimumOSVersion": SYSTEM,
            "InstallModes": some(text(values=["interactive", "silent", "silentWithProgress"]), 3),
            "UpgradeBehavior": text(values=["install", "uninstallPrevious", "deny"]),
            "Commands": some(text(1, 40), 16),
            "ReleaseDate": date,
            "AppsAndFeaturesEntries": some(
                table(
                    {},
                    {
                        "DisplayName": text(1, 256),
                        "Publisher": text(1, 256),
                        "ProductCode": text(1, 255, GUID),
                        "UpgradeCode": text(1, 255, GUID),
                    },
                ),
                128,
            ),
        },
    ),
    "defaultLocale": table(
        common("defaultLocale")
        | {
            "PackageLocale": LOCALE,
            "Publisher": text(2, 256),
            "PackageName": text(2, 256),
            "License": text(3, 512),
            "ShortDescription": text(3, 256),
        },
        {
            "PackageUrl": URL,
            "PublisherSupportUrl": URL,
            "LicenseUrl": URL,
            "ReleaseNotesUrl": URL,
            "Description": text(3, 10_000),
            "Moniker": TAG,
            "Tags": some(TAG, 16),
        },
    ),
}


def property_of(msi, name):
    rows = subprocess.run(["msiinfo", "export", msi, "Property"], check=True, capture_output=True, text=True).stdout
    return dict(line.split("\t", 1) for line in rows.splitlines() if "\t" in line).get(name)


def find_wrong(folder, msi):
    manifests = {}
    for file in sorted(pathlib.Path(folder).glob("*.yaml")):
        words = file.read_text(encoding="utf-8")
        if "@" in re.sub(r"\S+@\S+\.\S+", "", words):
            yield f"{file.name}: a placeholder was not filled in"
        # The base loader takes every plain value as text, as winget does for what is a text in its schema.
        content = yaml.load(words, yaml.BaseLoader)
        kind = content.get("ManifestType")
        if kind not in RULES or kind in manifests:
            yield f"{file.name}: {kind!r} is no kind of manifest, or is there twice"
            continue
        manifests[kind] = content
        wrong = RULES[kind](content)
        if wrong:
            yield f"{file.name}: {wrong}"
        middle = {"version": "", "installer": ".installer", "defaultLocale": f".locale.{content.get('PackageLocale')}"}
        if file.name != f"{content.get('PackageIdentifier')}{middle[kind]}.yaml":
            yield f"{file.name}: not the name that winget expects"
        schemas = os.environ.get("SHIMKEEPER_WINGET_SCHEMAS")
        if schemas:
            yield from by_schema(pathlib.Path(schemas, f"manifest.{kind}.{VERSION}.json"), file.name, words)
    if manifests.keys() != RULES.keys():
        yield f"there must be one of each: {', '.join(RULES)}"
        return
    for key in ("PackageIdentifier", "PackageVersion"):
        if len({content[key] for content in manifests.values()}) != 1:
            yield f"{key} differs between the files"
    if manifests["version"]["DefaultLocale"] != manifests["defaultLocale"]["PackageLocale"]:
        yield "the default locale is not the one that is described"
    parts = [*manifests["version"]["PackageIdentifier"].split("."), manifests["version"]["PackageVersion"]]
    if list(pathlib.Path(folder).resolve().parts[-len(parts) :]) != parts:
        yield f"the folder does not end in {'/'.join(parts)}"
    installer = manifests["installer"]
    if msi:
        (one,) = installer["Installers"]
        if hashlib.sha256(pathlib.Path(msi).read_bytes()).hexdigest().upper() != one["InstallerSha256"]:
            yield "the hash is not that of the MSI"
        if not one["InstallerUrl"].endswith("/" + pathlib.Path(msi).name):
            yield "the address does not end in the name of the MSI"
        (entry,) = installer["AppsAndFeaturesEntries"]
        for key, name, where in (
            ("ProductCode", "ProductCode", installer),
            ("ProductCode", "ProductCode", entry),
            ("UpgradeCode", "UpgradeCode", entry),
            ("PackageVersion", "ProductVersion", installer),
            ("DisplayName", "ProductName", entry),
            ("Publisher", "Manufacturer", entry),
        ):
            if where[key] != property_of(msi, name):
                yield f"{key} is {where[key]}, and {name} in the MSI is {property_of(msi, name)}"


def by_schema(schema, name, words):
    import jsonschema

    checker = jsonschema.Draft7Validator(json.loads(schema.read_text(encoding="utf-8")))
    for error in checker.iter_errors(yaml.load(words, yaml.BaseLoader)):
        yield f"{name}: {'/'.join(map(str, error.path))}: {error.message}"


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        raise SystemExit(__doc__)
    found = list(find_wrong(sys.argv[1], sys.argv[2] if len(sys.argv) == 3 else None))
    for line in found:
        print(line, file=sys.stderr)
    raise SystemExit(1 if found else 0)
