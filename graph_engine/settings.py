"""Settings: flags, environment (LATENTGRAPH_...), a TOML file, in that order."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Self

import platformdirs
from pydantic import Field, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from graph_engine.errors import BadSettings
from graph_engine.messages import sentence

CONFIG_FILE = Path(platformdirs.user_config_dir("latentgraph", appauthor=False)) / "latentgraph.toml"


def default_data_folder() -> Path:
    """The platform's own folder for this user's data."""
    return Path(platformdirs.user_data_dir("latentgraph", appauthor=False))


class Settings(BaseSettings):
    """What CLI and server read alike."""

    model_config = SettingsConfigDict(env_prefix="LATENTGRAPH_", toml_file=CONFIG_FILE, extra="ignore")

    data: Path = Field(default_factory=default_data_folder, description="The data folder.")
    device: str = Field("auto", description='Where device nodes compute: "auto", "cpu", "cuda:0", ...')
    memory_budget: int = Field(1 << 30, ge=0, description="Bytes of values kept in memory.")
    disk_budget: int = Field(16 << 30, ge=0, description="Bytes of values kept on disk.")
    upload_limit: int = Field(512 << 20, ge=0, description="Bytes one imported file may have.")
    input_roots: tuple[Path, ...] = Field((), description="Folders that documents may read files from.")
    cpu_slots: int = Field(0, ge=0, le=1024, description="CPU nodes computed at once; 0 chooses.")
    plugins: tuple[Path, ...] = Field(
        (), description="Folders with packs, besides the data folder's plugins."
    )
    debug: bool = Field(False, description="Check that no node changes its inputs.")

    @property
    def plugin_folders(self) -> tuple[Path, ...]:
        """The folders that are looked in for packs: the data folder's own first."""
        return (self.data.expanduser() / "plugins", *self.plugins)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)

    @classmethod
    def given(cls, **flags: Any) -> Self:
        """The settings, with flags that are not None on top. Raises `BadSettings`."""
        try:
            return cls(**{name: value for name, value in flags.items() if value is not None})
        except ValidationError as error:
            said = "; ".join(
                f"'{'.'.join(map(str, one['loc']))}': {sentence(one)[0]}" for one in error.errors()
            )
            raise BadSettings(
                f"The settings are not right: {said}. Look at LATENTGRAPH_... and {CONFIG_FILE}."
            ) from error
        except ValueError as error:
            raise BadSettings(f"{CONFIG_FILE} is not TOML: {error}.") from error
