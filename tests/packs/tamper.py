"""Writes copies of a pack: one with nothing changed in the folder `same`; each other with one file changed, left out or emptied, and some with single bits turned."""

import os
import sys
import zipfile

source, folder = sys.argv[1:]
os.makedirs(folder)
with zipfile.ZipFile(source) as pack:
    files = [(name, pack.read(name)) for name in pack.namelist()]


def write(name, content):
    with zipfile.ZipFile(os.path.join(folder, name + ".zip"), "w") as out:
        for file, raw in content:
            out.writestr(file, raw)


for name, raw in files:
    rest = [one for one in files if one[0] != name]
    middle = len(raw) // 2
    turned = raw[:middle] + bytes([raw[middle] ^ 1]) + raw[middle + 1 :]
    write(f"{name}-changed", rest + [(name, turned)])
    write(f"{name}-missing", rest)
    write(f"{name}-empty", rest + [(name, b"")])
os.makedirs(os.path.join(folder, "same"))
write("same/copy", files)
write("one-more", files + [("more.txt", b"x")])
