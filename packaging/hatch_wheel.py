"""Puts the data folders into the wheel, where `service.paths` finds them: `service/_data`."""

from pathlib import Path

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

FOLDERS = {"mappings": "mappings", "templates": "templates", "seed": "seed", "assets/dist": "static"}


class DataFolders(BuildHookInterface):
    """An editable install reads the folders of the checkout and takes no copies."""

    def initialize(self, version: str, build_data: dict[str, object]) -> None:
        if version == "editable":
            return
        root = Path(self.root)
        catalogues = [source.with_suffix(".mo") for source in root.glob("service/translations/*/LC_MESSAGES/*.po")]
        for path in [*(root / folder for folder in FOLDERS), *catalogues]:
            if not path.exists():
                raise FileNotFoundError(f"{path.relative_to(root)} is missing: run `make setup` first")
        build_data["force_include"] = {str(root / folder): f"service/_data/{name}" for folder, name in FOLDERS.items()}
