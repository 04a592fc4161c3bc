"""Option values that are times ahead."""

import click


class Horizons(click.ParamType):
    """Minutes ahead, separated by commas."""

    name = "minutes"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, ...]:
        """The horizons in rising order."""
        if isinstance(value, tuple):
            return value
        try:
            horizons = tuple(sorted({int(part) for part in str(value).split(",")}))
        except ValueError:
            self.fail(f"{value!r} is no list of minutes such as 30,60,120.", param, ctx)
        if any(one < 5 or one > 480 or one % 5 for one in horizons):
            self.fail("Horizons are multiples of 5 from 5 to 480 minutes.", param, ctx)
        return horizons
