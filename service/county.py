"""Name and contact of the county: `county.toml` in the folder that ANGEBOTE_COUNTY names."""

import tomllib
from dataclasses import MISSING, dataclass, fields
from pathlib import Path

from service.errors import BadSetting


@dataclass(frozen=True, slots=True)
class County:
    """What pages say of the county; all texts are German."""

    name: str
    product_name: str
    claim: str
    contact_name: str
    contact_phone: str
    contact_mail: str
    advice: str = ""
    """The search that finds advice for people who are new, as in an address: "art=beratung&zielgruppe=…"; may be missing."""


def read_county(folder: Path) -> County:
    """The county of a folder. Raises `BadSetting` naming what is missing."""
    path = folder / "county.toml"
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        wanted = [field.name for field in fields(County) if field.default is MISSING or field.name in data]
        return County(**{name: str(data[name]) for name in wanted})
    except (OSError, tomllib.TOMLDecodeError, KeyError) as error:
        raise BadSetting(f"ANGEBOTE_COUNTY: {path} fehlt oder ist unvollständig ({error}).") from None
