"""Option values of the form NAME=NUMBER, alone or in a list."""

import click


class NamedNumber(click.ParamType):
    """``NAME=NUMBER``."""

    name = "name=number"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, float]:
        """The name and the number."""
        if isinstance(value, tuple):
            return value
        name, equals, number = str(value).partition("=")
        try:
            return (name.strip(), float(number)) if equals and name.strip() else self._complain(value, param, ctx)
        except ValueError:
            return self._complain(value, param, ctx)

    def _complain(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, float]:
        self.fail(f"{value!r} is not NAME=NUMBER.", param, ctx)


class Shares(click.ParamType):
    """``NAME=SHARE,NAME=SHARE``: how a whole is made up."""

    name = "name=share,..."

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> dict[str, float]:
        """Shares by name, in the order given."""
        if isinstance(value, dict):
            return value
        number = NamedNumber()
        pairs = [number.convert(part, param, ctx) for part in str(value).split(",") if part.strip()]
        if len({name for name, _ in pairs}) < len(pairs):
            self.fail(f"{value!r} names something twice.", param, ctx)
        return dict(pairs)
