"""What a search index gets of a web page."""

from recipes.pages import text_of_page

PAGE = """<%@ Page Language="C#" %><html><head><style>p { color: red }</style><script>var secret = 1;</script></head>
<body><nav>Home &gt; Help</nav><h1>Returns</h1><p>Send it   back
within 14 days &amp; wait.</p></body></html>"""


def test_a_page_becomes_its_visible_text():
    text = text_of_page("help/Returns.ASPX", PAGE.encode()).decode()

    assert text.splitlines()[-2:] == ["Returns", "Send it back within 14 days & wait."]
    assert "secret" not in text
    assert "Home" not in text


def test_other_documents_and_broken_pages_are_passed_on():
    assert text_of_page("a.pdf", b"%PDF \xff") == b"%PDF \xff"
    assert text_of_page("a.html", b"<p>caf\xe9 <b>not closed") == "caf\ufffd\nnot closed".encode()
    assert text_of_page("a.html", b"") == b""
