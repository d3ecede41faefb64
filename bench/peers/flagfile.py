"""The actions of experiment.json. Every write is a rename, so that the flag daemon never sees half a file."""

import json
import os
import shutil


def set_default_variant(file: str, flag: str, variant: str) -> None:
    shutil.copy2(file, f"{file}.before")
    with open(file, encoding="utf-8") as current:
        document = json.load(current)
    document["flags"][flag]["defaultVariant"] = variant
    with open(f"{file}.next", "w", encoding="utf-8") as changed:
        json.dump(document, changed, indent=2)
        changed.flush()
        os.fsync(changed.fileno())
    os.replace(f"{file}.next", file)


def restore(file: str) -> None:
    os.replace(f"{file}.before", file)
