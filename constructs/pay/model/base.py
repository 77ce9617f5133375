"""The base of every model: frozen, closed to unknown keys, no cdktf."""

from pydantic import BaseModel, ConfigDict


class Model(BaseModel):
    """A value object: cannot change once validated, and an unknown key is a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)
