"""Use case: the short course in reading a twin, with checks that the service itself looks at."""

from collections.abc import Mapping
from functools import cache
from importlib import resources

import yaml
from pydantic import BaseModel, ConfigDict

from glucotwin.core.error import DataError, ErrorCode, NotAllowedError
from glucotwin.core.message import message
from glucotwin.store.course import keep_pass, passed_at
from glucotwin.store.desk import Desk
from glucotwin.workflows.living.shape.advice import CourseJson, CourseResult

READ_A_TWIN = "read-a-twin"


class Check(BaseModel):
    """A question with answers of which one is right; they are counted from one."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    options: int
    right: int


class Course(BaseModel):
    """A course: lessons to read, checks to answer. Its version rises with its meaning."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: int
    lessons: tuple[str, ...]
    checks: tuple[Check, ...]


@cache
def the_course() -> Course:
    """The course that the service asks for."""
    text = (resources.files("glucotwin.workflows.living") / "course.yaml").read_text(encoding="utf-8")
    return Course.model_validate(yaml.safe_load(text))


def show_course(desk: Desk) -> CourseJson:
    """The course without its answers, and when the desk's account passed it, as JSON values."""
    course = the_course()
    passed = passed_at(desk, READ_A_TWIN, course.version)
    return {
        "version": course.version,
        "passed_at": None if passed is None else passed.isoformat(),
        "lessons": [
            {"name": one, "title": message(f"course-{one}-title"), "text": message(f"course-{one}-text")}
            for one in course.lessons
        ],
        "checks": [
            {
                "name": one.name,
                "question": message(f"course-{one.name}-question"),
                "options": [message(f"course-{one.name}-{number}") for number in range(1, one.options + 1)],
            }
            for one in course.checks
        ],
    }


def answer_course(desk: Desk, version: int, answers: Mapping[str, int]) -> CourseResult:
    """Looks at the answers to all checks; when every one is right, the account has passed.

    Args:
        desk: of the account.
        version: of the course that was read.
        answers: number of the option by name of the check, counted from one.

    Returns:
        Which were wrong, and whether it is passed, as JSON values.

    Raises:
        DataError: the course is another one by now.
    """
    course = the_course()
    if version != course.version:
        raise DataError(ErrorCode.INVALID_VALUE, message("course-old"), hint=message("course-old-hint"))
    wrong = [one.name for one in course.checks if answers.get(one.name) != one.right]
    if not wrong:
        keep_pass(desk, READ_A_TWIN, course.version)
    return {"passed": not wrong, "wrong": wrong}


def require_course(desk: Desk) -> None:
    """Passes when the desk's account passed the course as it is now.

    Raises:
        NotAllowedError: it did not.
    """
    if passed_at(desk, READ_A_TWIN, the_course().version) is None:
        raise NotAllowedError(ErrorCode.COURSE_MISSING, message("course-missing"), hint=message("course-missing-hint"))
