"""A piece of work under way: how far it is. The page asks again by itself, also without JavaScript."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from reattune.practice.views import JobState
from reattune.web.context import current_desk, go, render

router = APIRouter()


@router.get("/jobs/{job}")
def show(request: Request, job: str) -> Response:
    """Progress; once it is done, the page of what was worked on."""
    found = current_desk(request).job(job)
    back = ""
    if found.case is not None:
        back = f"/cases/{found.case}"
        if found.session is not None:
            back += f"/sessions/{found.session}"
    if found.state is JobState.DONE and back:
        return go(back)
    return render(
        request,
        "jobs/show.html.j2",
        job=found,
        percent=round(100 * found.progress),
        over=found.state in (JobState.DONE, JobState.FAILED),
        back=back,
    )


@router.post("/jobs/{job}")
def again(request: Request, job: str) -> Response:
    """Do it once more."""
    current_desk(request).try_again(job)
    return go(f"/jobs/{job}")
