"""After one run container and index equal the source, whatever happened to its documents."""

import os

import pytest
from tests.search_places import with_spec

from retraining.errors import DeletionHeldError, SourceError


def test_created_modified_renamed_and_deleted_documents_reach_container_and_index(places):
    for name in ("kept.txt", "changed.txt", "renamed.txt", "deleted.txt"):
        places.write(name, f"this is {name}")
    first = places.refresh()
    places.check_all_agree()

    places.write("changed.txt", "something else")
    places.write("new.txt", "new")
    (places.folder / "renamed.txt").rename(places.folder / "other name.txt")
    (places.folder / "deleted.txt").unlink()
    second = places.refresh()

    places.check_all_agree()
    assert (first.run.copied, first.run.indexed) == (4, 4)
    assert (second.run.copied, second.run.indexed, second.run.gone, second.run.waiting) == (3, 3, 2, 0)
    assert {path for path, state in places.ledger.states.items() if state == "GONE"} == {"renamed.txt", "deleted.txt"}


def test_a_second_run_lists_once_reads_nothing_and_asks_the_index_nothing(places):
    places.write("a.txt")
    places.write("folder/b.txt")
    places.refresh()
    places.source.listings = 0
    places.source.opened.clear()
    places.server.asked.clear()

    report = places.refresh()

    assert (places.source.listings, dict(places.source.opened)) == (1, {})
    assert (report.run.listed, report.run.copied) == (2, 0)
    assert [each for each in places.server.asked if "search." in each] == []


def test_the_same_content_with_another_time_is_not_copied(places):
    file = places.write("a.txt", "same")
    places.refresh()
    os.utime(file, (1_700_000_000, 1_700_000_000))

    report = places.refresh()

    assert (report.run.copied, report.run.touched, report.run.indexed) == (0, 1, 0)
    assert places.refresh().run.touched == 0
    places.check_all_agree()


AWKWARD = [
    "same.txt",
    "folder/same.txt",
    "日本語/文書 1.html",
    "per%cent#hash?question&more+.txt",
    "emoji 🚀.md",
    "quote'and\"double.txt",
    "ends with a dot.",
    "back\\slash.txt",
    "new\nline.txt",
    "x" * 250 + ".txt",
    "/".join(["y" * 200] * 8) + "/z.txt",
    "a/x.txt",
    "a.txt",
    "a-b.txt",
    "Upper.txt",
]


def test_awkward_names_and_sizes_arrive_and_leave(places):
    for name in AWKWARD:
        places.write(name, f"content of {name!r}")
    places.write("empty.txt", b"")
    places.write("large.txt", b"0123456789abcdef" * (50 * 1024 * 1024 // 16))

    first = places.refresh()
    places.check_all_agree()
    assert (first.run.copied, first.run.failed) == (len(AWKWARD) + 2, 0)
    assert {entry["path"] for entry in places.entries.values()} >= {"日本語/文書 1.html", "emoji 🚀.md"}
    assert places.refresh().run.copied == 0

    for name in AWKWARD[:-1]:
        (places.folder / name).unlink()
    places.refresh(allow_deletions=True)
    places.check_all_agree()
    assert set(places.files) == {AWKWARD[-1], "empty.txt", "large.txt"}


def test_a_renamed_folder_is_copied_anew_because_the_service_does_not_see_it(places):
    for number in range(5):
        places.write(f"old/{number}.txt", f"{number}")
    places.refresh()
    (places.folder / "old").rename(places.folder / "new")

    report = places.refresh()

    assert (report.run.copied, report.run.gone) == (5, 5)
    places.check_all_agree()


def test_a_document_that_comes_back_before_it_is_gone_stays(places):
    places.write("a.txt", "first")
    places.write("b.txt")
    places.refresh()
    (places.folder / "a.txt").unlink()
    places.server.service.fail_runs.append("out of order")
    places.refresh()
    assert places.ledger.states["a.txt"] == "MARKED"

    places.write("a.txt", "first")
    places.refresh()

    places.check_all_agree()
    assert places.ledger.states["a.txt"] == "INDEXED"


def test_patterns_keep_documents_out_and_a_narrower_pattern_takes_them_away(places):
    for name in ("a.html", "b.html", "notes/a.txt", "drafts/c.html"):
        places.write(name, name)
    with_spec(places, documents={"include": ["*.html"], "exclude": ["drafts/**"]}).refresh()
    assert set(places.copies) == {"docs/a.html", "docs/b.html"}

    with_spec(places, documents={"exclude": ["drafts/**", "b.*"]}).refresh()

    assert set(places.copies) == {"docs/a.html"}
    assert len(places.entries) == 1


def test_an_empty_source_does_not_empty_the_index(places):
    for number in range(12):
        places.write(f"{number}.txt", f"{number}")
    places.refresh()
    files = places.files
    for name in files:
        (places.folder / name).unlink()
    places.write("new.txt", "new")

    report = places.refresh()

    with pytest.raises(DeletionHeldError, match=r"12 of 12 documents are not in the source .* allow_deletions=true"):
        report.raise_if_failed()
    assert (len(places.entries), report.run.gone, report.run.indexed) == (13, 0, 1)
    places.refresh(allow_deletions=True).raise_if_failed()
    places.check_all_agree()


def test_a_held_deletion_ends_when_the_documents_are_back(places):
    for number in range(12):
        places.write(f"{number}.txt", f"{number}")
    places.refresh()
    (places.folder).rename(places.folder.parent / "away")
    places.folder.mkdir()
    places.refresh()
    places.folder.rmdir()
    (places.folder.parent / "away").rename(places.folder)

    places.refresh().raise_if_failed()

    places.check_all_agree()


def test_a_missing_source_deletes_nothing(places):
    places.write("a.txt")
    places.refresh()
    places.folder.rename(places.folder.parent / "away")

    with pytest.raises(SourceError, match=r"the folder cannot be listed \(No such file or directory\)"):
        places.refresh()

    assert places.ledger.states == {"a.txt": "INDEXED"}
    assert len(places.entries) == 1


def test_what_leaves_the_index_can_be_kept(places):
    places.write("a.txt")
    places.write("b.txt")
    with_spec(places, documents={"on_delete": "keep"}).refresh()
    (places.folder / "a.txt").unlink()

    report = places.refresh()

    assert (report.run.gone, len(places.entries)) == (0, 2)


def test_copies_are_made_by_the_function_of_the_spec_and_again_by_another(places):
    places.write("a.html", "<p>Hello</p>")
    places.prepare = lambda path, content: f"{path}: {content.decode()[3:-4]}".encode()
    places.refresh()
    assert places.copies == {"docs/a.html": b"a.html: Hello"}
    assert places.refresh().run.copied == 0

    places.prepare = lambda path, content: content.upper()
    with_spec(places, documents={"prepare": "recipes.pages.upper"}).refresh()

    assert places.copies == {"docs/a.html": b"<P>HELLO</P>"}


def fails(path, content):
    if path == "bad.html":
        raise KeyError(content)
    return content


def test_a_document_that_cannot_be_made_ready_keeps_no_other_one_out(places):
    places.write("bad.html", "secret value")
    places.write("good.html")
    places.prepare = fails

    report = places.refresh()

    assert (report.run.copied, report.run.failed, report.run.indexed) == (1, 1, 1)
    assert {row.path: row.error for row in places.ledger.newest(("FAILED",))} == {
        "bad.html": "documents.prepare failed with KeyError"
    }
    places.prepare = None
    places.refresh()
    places.check_all_agree()
