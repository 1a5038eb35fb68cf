"""What packs bring for a canvas, over HTTP: texts in other languages."""

from __future__ import annotations

from tests.web.http import Http


class TestTexts:
    def test_they_are_read_in_a_language_that_the_nodes_tell_of(self, http: Http) -> None:
        assert "ko" in http.get("/api/v1/nodes").ok()["languages"]
        texts = http.get("/api/v1/nodes/texts/ko").ok()
        assert texts["language"] == "ko"
        assert texts["nodes"]["core/sample_latents"]["inputs"]["steps"] == {"title": "스텝 수"}
        assert texts["values"]["core/latent"] == "잠재 표현"
        assert texts["categories"]["sampling"] == "샘플링"

    def test_what_the_client_has_is_not_sent_again(self, http: Http) -> None:
        first = http.get("/api/v1/nodes/texts/ko")
        again = http.get("/api/v1/nodes/texts/ko", If_None_Match=first.headers["ETag"])
        assert (again.status, again.body) == (304, b"")
        assert http.get("/api/v1/nodes/texts/ko", If_None_Match='"other"').status == 200

    def test_a_language_that_there_is_not_is_not_found(self, http: Http) -> None:
        refused = http.get("/api/v1/nodes/texts/fr")
        assert (refused.status, refused.json["code"]) == (404, "unknown_language")
        assert "There are: 'ko'." in refused.json["detail"]

    def test_no_path_is_made_of_a_language(self, http: Http) -> None:
        for bad in ("..", "..%2f..%2fpyproject", "ko%00", "KO", "ko.json"):
            assert http.get(f"/api/v1/nodes/texts/{bad}").status == 404
