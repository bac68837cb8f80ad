import pytest
from book_builder import build, copy_tracked


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """The pages of the book, built once from a cold copy of what git would carry."""
    built = build(copy_tracked(tmp_path_factory.mktemp("book")))
    if not built.succeeded:
        pytest.fail(f"the book does not build:\n{built.complaints}", pytrace=False)
    return built.pages
