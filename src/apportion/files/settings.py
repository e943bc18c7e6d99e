"""``scenario.toml`` → `Settings`, or findings; and back."""

from __future__ import annotations

import contextlib
import datetime as dt
import difflib
import enum
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

import tomli_w

from apportion.calendar import Calendar, RoundLength
from apportion.errors import Code, Finding, Severity
from apportion.model.policy import COMMITMENTS, Count, LevelBy, Policy, Rule, Settings

FILE = "scenario.toml"
_SETTINGS = (
    "name",
    "title",
    "start_on",
    "end_on",
    "round",
    "reference_sku",
    "currency",
    "capital_percent_per_year",
    "policy",
)
_POLICY = ("rule", "level_by", "count", "readiness", "whole_lots", "commitments", "count_from_on")
_LONGEST_HORIZON_DAYS = 40_000

E = TypeVar("E", bound=enum.StrEnum)


class SettingsReader:
    """Reads one ``scenario.toml``, keeping every finding on the way."""

    def __init__(self, raw: dict[str, object]) -> None:
        """Start with the parsed file and no finding."""
        self._raw = raw
        self.findings: list[Finding] = []

    def read(self) -> Settings | None:
        """Return the settings, or None where something needed is missing or wrong."""
        policy_raw = self._raw.get("policy", {})
        if not isinstance(policy_raw, dict):
            self._wrong("policy", policy_raw, expected="a table [policy].")
            policy_raw = {}
        self._check_known(self._raw, _SETTINGS, where="")
        self._check_known(policy_raw, _POLICY, where="policy.")
        start_on, end_on = self._day(self._raw, "start_on"), self._day(self._raw, "end_on")
        name = self._text("name", required=True)
        length = self._choice(self._raw, "round", kinds=RoundLength, default=RoundLength.DAY)
        calendar = self._calendar(start_on, end_on, length=length)
        policy = self._policy(policy_raw)
        if calendar is None or any(one.severity is Severity.ERROR for one in self.findings):
            return None
        return Settings(
            name=name,
            title=self._text("title"),
            calendar=calendar,
            reference_sku=self._text("reference_sku"),
            currency=self._text("currency") or "USD",
            capital_percent_per_year=self._decimal("capital_percent_per_year"),
            policy=policy,
            unknown_policy=_unknown(policy_raw, _POLICY),
            unknown=_unknown(self._raw, _SETTINGS),
        )

    def _policy(self, raw: dict[str, object]) -> Policy:
        commitments = raw.get("commitments", ["firm"])
        is_list = isinstance(commitments, list) and all(one in COMMITMENTS for one in commitments)
        if not is_list:
            self._wrong("policy.commitments", commitments, expected=f"a list of {', '.join(COMMITMENTS)}.")
            commitments = ["firm"]
        return Policy(
            rule=self._choice(raw, "rule", kinds=Rule, default=Rule.MAX_MIN, prefix="policy."),
            level_by=self._choice(raw, "level_by", kinds=LevelBy, default=LevelBy.POOL, prefix="policy."),
            count=self._choice(raw, "count", kinds=Count, default=Count.UNITS, prefix="policy."),
            readiness=self._flag(raw, "readiness"),
            whole_lots=self._flag(raw, "whole_lots"),
            commitments=tuple(commitments) if isinstance(commitments, list) else ("firm",),
            count_from_on=self._day(raw, "count_from_on", prefix="policy.", required=False),
        )

    def _calendar(
        self, start_on: dt.date | None, end_on: dt.date | None, *, length: RoundLength
    ) -> Calendar | None:
        if start_on is None or end_on is None:
            return None
        if not 0 < (end_on - start_on).days <= _LONGEST_HORIZON_DAYS:
            self._wrong(
                "end_on",
                end_on.isoformat(),
                expected=f"a day after start_on {start_on} and at most {_LONGEST_HORIZON_DAYS} days later.",
            )
            return None
        calendar = Calendar(start_on, end_on, length=length)
        if not calendar.rounds:
            self._wrong(
                "round",
                str(length),
                expected=f"at least one round: no {length} begins in [{start_on}, {end_on}).",
            )
        return calendar

    def _check_known(self, raw: dict[str, object], known: tuple[str, ...], *, where: str) -> None:
        for key in raw:
            if key in known:
                continue
            near = difflib.get_close_matches(key, known, n=1)
            meant = f"Did you mean {near[0]!r}?" if near else f"Known are {', '.join(known)}."
            self.findings.append(
                Finding(
                    code=Code.SETTING_UNKNOWN,
                    severity=Severity.WARNING,
                    file=FILE,
                    column=f"{where}{key}",
                    found=f"The setting {where}{key} is not known; it is kept and changes nothing.",
                    expected="a setting that apportion knows.",
                    fix=meant,
                )
            )

    def _wrong(self, key: str, value: object, *, expected: str) -> None:
        self.findings.append(
            Finding(
                code=Code.SETTING_INVALID,
                severity=Severity.ERROR,
                file=FILE,
                column=key,
                found=f"The setting holds {str(value)!r}.",
                expected=expected,
                fix="Correct the setting.",
            )
        )

    def _missing(self, key: str) -> None:
        self.findings.append(
            Finding(
                code=Code.SETTING_MISSING,
                severity=Severity.ERROR,
                file=FILE,
                column=key,
                found=f"The setting {key} is missing.",
                expected=f"a line {key} = ….",
                fix="Add it.",
            )
        )

    def _text(self, key: str, *, required: bool = False) -> str:
        value = self._raw.get(key)
        if value is None:
            if required:
                self._missing(key)
            return ""
        if not isinstance(value, str):
            self._wrong(key, value, expected="text in quotes.")
            return ""
        return value

    def _decimal(self, key: str) -> str | None:
        value = self._raw.get(key)
        if value is None:
            return None
        is_number = isinstance(value, int | Decimal) and not isinstance(value, bool)
        number = Decimal(str(value)) if is_number else Decimal("nan")
        if not number.is_finite() or not 0 <= number < 10**6:
            self._wrong(key, value, expected="a number of percent, at least 0.")
            return None
        return format(number.normalize(), "f")

    def _day(
        self, raw: dict[str, object], key: str, *, prefix: str = "", required: bool = True
    ) -> dt.date | None:
        value = raw.get(key)
        if value is None:
            if required:
                self._missing(key)
            return None
        if isinstance(value, str):
            with contextlib.suppress(ValueError):
                value = dt.date.fromisoformat(value)
        if isinstance(value, dt.datetime) or not isinstance(value, dt.date):
            self._wrong(f"{prefix}{key}", value, expected="a date as YYYY-MM-DD.")
            return None
        return value

    def _flag(self, raw: dict[str, object], key: str) -> bool:
        value = raw.get(key, True)
        if not isinstance(value, bool):
            self._wrong(f"policy.{key}", value, expected="true or false.")
            return True
        return value

    def _choice(self, raw: dict[str, object], key: str, *, kinds: type[E], default: E, prefix: str = "") -> E:
        value = raw.get(key, str(default))
        allowed = [str(one) for one in kinds]
        if value not in allowed:
            self._wrong(f"{prefix}{key}", value, expected=f"one of {', '.join(allowed)}.")
            return default
        return kinds(value)


def _unknown(raw: dict[str, object], known: tuple[str, ...]) -> tuple[tuple[str, object], ...]:
    return tuple(sorted((key, value) for key, value in raw.items() if key not in known))


def read_settings(path: Path) -> tuple[Settings | None, list[Finding]]:
    """Return the settings of one ``scenario.toml`` and all that was found wrong with it."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    except FileNotFoundError:
        finding = _unreadable("There is no scenario.toml.", fix="Add one with name, start_on and end_on.")
        return None, [finding]
    except (ValueError, OSError, RecursionError) as error:
        return None, [_unreadable(f"It cannot be read: {error}.", fix="Mend the line named.")]
    reader = SettingsReader(raw)
    return reader.read(), reader.findings


def _unreadable(found: str, *, fix: str) -> Finding:
    return Finding(
        code=Code.FILE_UNREADABLE,
        severity=Severity.ERROR,
        file=FILE,
        found=found,
        expected="a TOML file with the settings of the scenario.",
        fix=fix,
    )


def settings_text(settings: Settings) -> str:
    """Return ``scenario.toml`` as text that reads back to the same settings."""
    policy: dict[str, object] = {
        key: value for key, value in settings.policy.as_json().items() if value is not None
    }
    if settings.policy.count_from_on is not None:
        policy["count_from_on"] = settings.policy.count_from_on
    policy.update(dict(settings.unknown_policy))
    content: dict[str, object] = {
        "name": settings.name,
        "title": settings.title,
        "start_on": settings.calendar.start_on,
        "end_on": settings.calendar.end_on,
        "round": str(settings.round),
        "reference_sku": settings.reference_sku,
        "currency": settings.currency,
    }
    if settings.capital_percent_per_year is not None:
        content["capital_percent_per_year"] = Decimal(settings.capital_percent_per_year)
    content.update(dict(settings.unknown))
    content["policy"] = policy
    return tomli_w.dumps(content)
