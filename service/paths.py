"""Where the data folders are: beside the packages in a checkout, inside the package in an installed wheel."""

from pathlib import Path
from typing import Literal

DataFolder = Literal["mappings", "seed", "static", "templates"]

_PACKAGE = Path(__file__).resolve().parent
_CHECKOUT = {"static": "assets/dist"}  # where a checkout keeps a folder under another name


def data_folder(name: DataFolder) -> Path:
    """The folder of that name; the installed wheel's copy wins where there is one."""
    installed = _PACKAGE / "_data" / name
    return installed if installed.is_dir() else _PACKAGE.parent / _CHECKOUT.get(name, name)
