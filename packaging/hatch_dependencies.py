"""The wheel's dependencies are requirements/runtime.in, so that they stand in one place only."""

from pathlib import Path

from hatchling.metadata.plugin.interface import MetadataHookInterface


class Dependencies(MetadataHookInterface):
    def update(self, metadata: dict[str, object]) -> None:
        lines = Path(self.root, "requirements", "runtime.in").read_text(encoding="utf-8").splitlines()
        names = (line.split("#")[0].strip() for line in lines)
        metadata["dependencies"] = [name for name in names if name and name != "hatchling"]
