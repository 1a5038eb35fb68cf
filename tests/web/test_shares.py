"""Links: whoever has one sees what it leads to, until it ends; nobody can make, mend or revive one."""

from __future__ import annotations

import stat
import string
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.web.conftest import Running, document, two_nodes
from tests.web.http import Http
from tests.web.test_library import ANN, BEN, WORKFLOWS, named, patch, picture, put, sent
from web.service.library.errors import LibraryUnusable, ShareEnded, UnknownShare, UnknownWorkflow
from web.service.library.file import LibraryFile
from web.service.library.library import ANY, Library
from web.service.library.shares import DAY, Shares
from web.service.library.signing import is_signed, signature, signing_key
from web.service.person import LOCAL
from web.service.uploads import UnknownUpload

KEY = bytes(range(32))


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.time = 1_800_000_000.0

    def __call__(self) -> float:
        return self.time


def _nothing(*_: object) -> None:
    """Nobody has uploads here."""


class Kept:
    """A library with links, and a clock."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self.clock, self._path = clock, path
        self.open()

    def open(self, key: bytes = KEY) -> None:
        self.file = LibraryFile(self._path)
        self.library = Library(self.file)
        self.shares = Shares(self.file, self.library, key, _nothing, self.clock)

    def restart(self, key: bytes = KEY) -> None:
        self.file.close()
        self.open(key)


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Kept]:
    kept = Kept(tmp_path / "library.sqlite", Clock())
    yield kept
    kept.file.close()


def workflow(kept: Kept) -> str:
    return kept.library.create(ANN, named("Shown")).workflow.id


class TestLinks:
    def test_a_link_shows_the_current_version_or_one_for_good(self, kept: Kept) -> None:
        at = workflow(kept)
        current, first = kept.shares.create(ANN, at, 1, None), kept.shares.create(ANN, at, 1, 1)
        kept.library.save(ANN, at, {ANY}, named("Changed"))
        assert kept.shares.open(current.link).stored.version.number == 2
        assert kept.shares.open(first.link).stored.version.number == 1

    def test_a_link_ends_when_its_days_are_over(self, kept: Kept) -> None:
        share = kept.shares.create(ANN, workflow(kept), 2, None)
        kept.clock.time += 2 * DAY - 2
        kept.shares.open(share.link)
        kept.clock.time += 2
        with pytest.raises(ShareEnded, match="expired"):
            kept.shares.open(share.link)

    def test_a_clock_that_is_set_back_revives_no_link_that_was_seen_expired(self, kept: Kept) -> None:
        share = kept.shares.create(ANN, workflow(kept), 1, None)
        kept.clock.time += DAY + 1
        with pytest.raises(ShareEnded):
            kept.shares.open(share.link)
        kept.clock.time -= 10 * DAY
        kept.restart()
        with pytest.raises(ShareEnded, match="expired"):
            kept.shares.open(share.link)
        assert [one.state for one in kept.shares.list(ANN, share.workflow)] == ["expired"]
        assert kept.shares.open(kept.shares.create(ANN, share.workflow, 1, None).link)

    def test_a_revoked_link_leads_nowhere(self, kept: Kept) -> None:
        share = kept.shares.create(ANN, workflow(kept), 1, None)
        kept.shares.revoke(ANN, share.workflow, share.id)
        kept.shares.revoke(ANN, share.workflow, share.id)
        with pytest.raises(ShareEnded, match="revoked"):
            kept.shares.open(share.link)
        with pytest.raises(UnknownShare, match="no link"):
            kept.shares.revoke(ANN, share.workflow, "sh-0000000000000000")

    def test_a_link_to_what_is_in_the_bin_leads_nowhere_until_it_is_restored(self, kept: Kept) -> None:
        share = kept.shares.create(ANN, workflow(kept), 1, None)
        kept.library.delete(ANN, share.workflow)
        with pytest.raises(ShareEnded, match="deleted"):
            kept.shares.open(share.link)
        kept.library.restore(ANN, share.workflow)
        assert kept.shares.open(share.link)
        kept.library.delete(ANN, share.workflow, forever=True)
        with pytest.raises(UnknownShare):
            kept.shares.open(share.link)

    @given(st.data())
    def test_a_link_with_one_letter_changed_is_none(
        self, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
    ) -> None:
        kept = Kept(tmp_path_factory.mktemp("shares") / "library.sqlite", Clock())
        try:
            link = kept.shares.create(ANN, workflow(kept), 1, None).link
            place = data.draw(st.integers(0, len(link) - 1))
            letter = data.draw(st.sampled_from(string.ascii_letters + string.digits + "-_é\0"))
            changed = link[:place] + letter + link[place + 1 :]
            if changed != link:
                with pytest.raises(UnknownShare, match="copy all of it"):
                    kept.shares.open(changed)
        finally:
            kept.file.close()

    def test_a_link_of_another_key_or_a_longer_time_is_none(self, kept: Kept) -> None:
        share = kept.shares.create(ANN, workflow(kept), 1, None)
        with kept.file.writing() as connection:
            connection.execute("UPDATE share SET expires = expires + 1000000")
        with pytest.raises(UnknownShare):
            kept.shares.open(share.link)
        other = kept.shares.create(ANN, share.workflow, 1, None)
        kept.restart(key=bytes(32))
        with pytest.raises(UnknownShare):
            kept.shares.open(other.link)

    def test_only_whoever_has_the_workflow_makes_and_ends_links(self, kept: Kept) -> None:
        share = kept.shares.create(ANN, workflow(kept), 1, None)
        for act in (
            lambda: kept.shares.create(BEN, share.workflow, 1, None),
            lambda: kept.shares.list(BEN, share.workflow),
            lambda: kept.shares.revoke(BEN, share.workflow, share.id),
        ):
            with pytest.raises(UnknownWorkflow):
                act()
        other = workflow(kept)
        with pytest.raises(UnknownShare):
            kept.shares.revoke(ANN, other, share.id)

    def test_reads_are_counted(self, kept: Kept) -> None:
        share = kept.shares.create(ANN, workflow(kept), 1, None)
        for count in (True, True, False):
            kept.shares.open(share.link, count=count)
        assert [one.opened for one in kept.shares.list(ANN, share.workflow)] == [2]


class TestKey:
    def test_the_key_is_made_once_and_for_its_owner_only(self, tmp_path: Path) -> None:
        path = tmp_path / "keys" / "share.key"
        key = signing_key(path)
        path.chmod(0o644)
        assert signing_key(path) == key
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert [one.name for one in path.parent.iterdir()] == ["share.key"]

    def test_a_damaged_key_is_named_with_the_way_out(self, tmp_path: Path) -> None:
        path = tmp_path / "share.key"
        path.write_bytes(b"short")
        with pytest.raises(LibraryUnusable, match="delete it"):
            signing_key(path)

    def test_facts_that_differ_are_signed_differently(self) -> None:
        assert signature(KEY, "a", "bc") != signature(KEY, "ab", "c")
        assert is_signed(KEY, signature(KEY, "a", 1), "a", 1)


class TestOverHttp:
    def shared(self, http: Http, **form: Any) -> tuple[Any, Any]:
        view = http.post(WORKFLOWS, {"document": two_nodes(), "name": "Shown", "tags": ["open"]}).ok(201)
        return view, http.post(f"{WORKFLOWS}/{view['id']}/shares", form).ok(201)

    def test_a_link_shows_document_and_facts_and_not_whose_they_are(self, http: Http) -> None:
        view, share = self.shared(http, days=3)
        seen = http.get(share["path"])
        assert seen.headers["Cache-Control"] == "no-store"
        shown = seen.ok()
        assert shown["document"] == two_nodes()
        assert (shown["name"], shown["version"], shown["expires"]) == ("Shown", 1, share["expires"])
        assert view["id"] not in seen.body.decode()
        listed = http.get(f"{WORKFLOWS}/{view['id']}/shares").ok()["shares"]
        assert [(one["id"], one["opened"], one["state"]) for one in listed] == [(share["id"], 1, "open")]

    def test_a_link_to_one_version_goes_on_showing_it(self, http: Http) -> None:
        view, share = self.shared(http, version=1)
        put(http, view["id"], two_nodes(2), "*").ok()
        assert http.get(share["path"]).ok()["document"] == two_nodes()
        http.post(f"{WORKFLOWS}/{view['id']}/shares", {"version": 9}).refused(404, "unknown_workflow")

    def test_ended_and_spoiled_links_say_so(self, http: Http) -> None:
        view, share = self.shared(http)
        http.get(share["path"][:-1] + ("A" if share["path"][-1] != "A" else "B")).refused(
            404, "unknown_share"
        )
        http.get(share["path"][:-1]).refused(404, "not_found")
        assert http.delete(f"{WORKFLOWS}/{view['id']}/shares/{share['id']}").status == 204
        for answer in (http.get(share["path"]), http.post(f"{share['path']}/copy", {})):
            assert "revoked" in answer.refused(410, "share_ended")["detail"]

    def test_the_picture_is_shown_under_the_link(self, http: Http) -> None:
        digest = sent(http, picture("blue"))
        view, share = self.shared(http)
        assert http.get(share["path"]).ok()["thumbnail"] is None
        patch(http, view["id"], "*", thumbnail=digest).ok()
        assert http.get(share["path"]).ok()["thumbnail"] == f"{share['path']}/thumbnail"
        own = http.get(f"{WORKFLOWS}/{view['id']}/thumbnail")
        assert own.status == 200
        assert http.get(f"{share['path']}/thumbnail").body == own.body

    def test_whoever_copies_may_use_the_uploads_that_the_document_names(
        self, http: Http, shared_server: Running
    ) -> None:
        service = shared_server.service
        named, other = (sent(http, data) for data in (b"named by a workflow", b"named by none"))
        reads = document({"a": ("read_file", {"file": f"blake3:{named}"})}).as_json()
        kept = service.library.create(LOCAL, reads)
        share = service.shares.create(LOCAL, kept.workflow.id, 1, None)
        with pytest.raises(UnknownUpload):
            service.uploads.get(BEN, named)
        copy = service.shares.copy(BEN, share.link, None, [])
        assert (copy.workflow.owner, copy.document) == ("ben", reads)
        assert service.uploads.get(BEN, named).digest == named
        with pytest.raises(UnknownUpload):
            service.uploads.get(BEN, other)

    def test_a_document_that_names_anothers_upload_lets_nobody_have_it(
        self, http: Http, shared_server: Running
    ) -> None:
        service = shared_server.service
        secret = sent(http, b"not ann's")
        claims = document({"a": ("read_file", {"file": f"blake3:{secret}"})}).as_json()
        kept = service.library.create(ANN, claims)
        service.shares.copy(BEN, service.shares.create(ANN, kept.workflow.id, 1, None).link, None, [])
        with pytest.raises(UnknownUpload):
            service.uploads.get(BEN, secret)

    def test_a_copy_is_ones_own(self, http: Http) -> None:
        view, share = self.shared(http)
        copy = http.post(f"{share['path']}/copy", {"name": "Mine"}).ok(201)
        assert copy["id"] != view["id"]
        assert (copy["name"], copy["tags"], copy["document"]) == ("Mine", ["open"], two_nodes())
        http.delete(f"{WORKFLOWS}/{view['id']}?forever=true")
        assert http.get(f"{WORKFLOWS}/{copy['id']}").ok()["document"] == two_nodes()

    @pytest.mark.parametrize(
        "form", [{"days": 0}, {"days": 3651}, {"days": False}, {"version": "old"}, {"x": 1}]
    )
    def test_a_wrong_form_is_refused(self, http: Http, form: Any) -> None:
        view = http.post(WORKFLOWS, {"document": two_nodes()}).ok(201)
        http.post(f"{WORKFLOWS}/{view['id']}/shares", form).refused(422, "invalid_body")
