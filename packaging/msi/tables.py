"""Reads and writes the tables of an MSI by msitools, as text."""

import pathlib
import subprocess
import tempfile


class Table:
    """A table with its rows as dictionaries; names, types and keys stand in its first three lines."""

    def __init__(self, name, columns, types, keys, rows):
        self.name, self.columns, self.types, self.keys, self.rows = name, columns, types, keys, rows

    @classmethod
    def new(cls, name, columns, types, keys):
        return cls(name, columns.split(), types.split(), keys.split(), [])

    @classmethod
    def read(cls, msi, name):
        # What a table has as files is written beside the text, where the program stands.
        with tempfile.TemporaryDirectory() as folder:
            command = ["msiinfo", "export", pathlib.Path(msi).resolve(), name]
            text = subprocess.run(command, check=True, capture_output=True, cwd=folder).stdout
        lines = [line.split("\t") for line in text.decode("cp1252").replace("\r\n", "\n").splitlines()]
        columns, types, keys = lines[0], lines[1], lines[2][1:]
        return cls(name, columns, types, keys, [dict(zip(columns, line, strict=True)) for line in lines[3:]])

    def row(self, key):
        """The row whose first column is the key."""
        found = [row for row in self.rows if row[self.columns[0]] == key]
        if len(found) != 1:
            raise SystemExit(f"{self.name} has {len(found)} rows {key}")
        return found[0]

    def add(self, *cells):
        self.rows.append(dict(zip(self.columns, map(str, cells), strict=True)))

    def write(self, msi):
        lines = [self.columns, self.types, [self.name, *self.keys]]
        lines += [[row[column] for column in self.columns] for row in self.rows]
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder, f"{self.name}.idt")
            file.write_bytes("".join("\t".join(line) + "\r\n" for line in lines).encode("cp1252"))
            subprocess.run(["msibuild", msi, "-i", str(file)], check=True)


def names(msi):
    return subprocess.run(["msiinfo", "tables", msi], check=True, capture_output=True, text=True).stdout.split()
