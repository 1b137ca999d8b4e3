"""Staff who send files: what tests of import pages share."""

from __future__ import annotations

import io
from typing import Any
from uuid import UUID, uuid4

from flask.testing import FlaskClient

from matchmaker.bootstrap import Matchmaker
from matchmaker.models import Role
from tests.pages.conftest import Reader, filled
from tests.people import sign_in, somebody
from tests.services.import_files import FIRMS

EXPERTS = "Medlemsnr;Navn;Sprog;Resume;Postnr\n1;Ane Holm;da;Svejser aluminium;9220\n2;Bo Lind;da;Måler revner;9000\n"


class Sender(Reader):
    """Staff at a browser without script, who send files."""

    def send_file(
        self, name: str, content: bytes | str, *, at: str = "/imports/new", **more: Any
    ) -> Sender:
        """Choose a file in the form of a page and press its button."""
        self.visit(at)
        form = self.page.find("form", enctype="multipart/form-data")
        data = content.encode() if isinstance(content, str) else content
        values = {**filled(form), **more, "file": (io.BytesIO(data), name)}
        return self._read(
            self.client.post(
                form["action"],
                data=values,
                content_type="multipart/form-data",
                headers=self.headers,
                follow_redirects=True,
            )
        )

    def after_work(self, service: Matchmaker) -> Sender:
        """Wait until the background is done and look again."""
        assert service.import_jobs.worker.wait()
        return self.visit(self.address)


def staff_at(service: Matchmaker, client: FlaskClient, language: str = "en") -> Sender:
    sign_in(client, somebody(service, Role.STAFF, f"staff-{uuid4().hex[:6]}"))
    return Sender(client, language)


def planned(sender: Sender, service: Matchmaker, text: str = FIRMS, **fixed: str) -> Sender:
    """Send a table of firms and go as far as the dry run."""
    sender.send_file("firms.csv", text, kind="organisation")
    sender.send("Look at the rows", **{"fixed-organisation_type": "firm", **fixed})
    return sender.after_work(service)


def run_of(sender: Sender, service: Matchmaker) -> Any:
    return service.imports.get(UUID(sender.address.split("/")[2]))
