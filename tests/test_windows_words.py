"""Titles, headers and the elevation message of Windows in its languages and code pages."""

from __future__ import annotations

import pytest

from netstat_fw.errors import UnrecognizedCapture
from netstat_fw.reader import parse
from netstat_fw.reader.elevation import asks_for_elevation
from netstat_fw.records import Dialect, LineRole

ROW = "  TCP    0.0.0.0:135            0.0.0.0:0              LISTENING       988"
HEADINGS = [
    ("Active Connections", "  Proto  Local Address          Foreign Address        State"),
    ("Aktive Verbindungen", "  Proto  Lokale Adresse         Remoteadresse          Status   PID"),
    ("Connexions actives", "  Proto  Adresse locale         Adresse distante       État"),
    ("Conexiones activas", "  Proto  Dirección local          Dirección remota     Estado   PID"),
    ("Conexões ativas", "  Proto  Endereço local          Endereço externo        Estado   PID"),
    ("Активные подключения", "  Имя    Локальный адрес        Внешний адрес     Состояние   PID"),
    ("활성 연결", "  프로토콜  로컬 주소           외부 주소              상태            PID"),
    ("活动连接", "  协议  本地地址          外部地址        状态           PID"),
    ("使用中連線", "  協定   本機位址               外部位址               狀態            PID"),
    ("アクティブな接続", "  プロトコル  ローカル アドレス     外部アドレス     状態      PID"),
    ("Connessioni attive", "  Proto  Indirizzo locale      Indirizzo esterno        Stato   PID"),
    ("Aktywne połączenia", "  Protokół  Adres lokalny      Obcy adres        Stan          PID"),
]
# Windows' system message 740, and the code page in which cmd.exe of that language writes it.
ELEVATION = [
    ("The requested operation requires elevation.", "cp437"),
    ("Der angeforderte Vorgang erfordert erhöhte Rechte.", "cp850"),
    ("L'opération demandée nécessite une élévation.", "cp850"),
    ("La operación solicitada requiere elevación.", "cp850"),
    ("L'operazione richiesta richiede privilegi elevati.", "cp850"),
    ("A operação solicitada requer elevação.", "cp850"),
    ("Запрошенная операция требует повышения.", "cp866"),
    ("要求された操作には管理者特権が必要です。", "cp932"),
    ("요청한 작업을 수행하려면 권한 상승이 필요합니다.", "cp949"),
    ("请求的操作需要提升。", "cp936"),
    ("请求的操作需要提升(作为管理员运行)。", "cp936"),
    ("要求的作業需要提升權限。", "cp950"),
    ("Żądana operacja wymaga podniesienia uprawnień.", "cp852"),
]


@pytest.mark.parametrize(("title", "header"), HEADINGS)
def test_titles_and_headers_are_structure_in_every_known_language(title: str, header: str) -> None:
    capture = parse(f"\n{title}\n\n{header}\n{ROW}\n{title}\n{header}\n{ROW}\n")
    assert not capture.diagnostics
    assert LineRole.DIAGNOSTIC not in capture.line_roles
    assert [socket.snapshot for socket in capture.sockets] == [0, 1]
    assert [socket.process and socket.process.service for socket in capture.sockets] == [None] * 2


@pytest.mark.parametrize(("title", "header"), HEADINGS)
@pytest.mark.parametrize("page", ["cp850", "cp866", "cp932", "cp936"])
def test_headings_in_a_wrong_code_page_cost_nothing(title: str, header: str, page: str) -> None:
    """Whatever bytes the heading has become: the row is read, and there is no error."""
    data = f"\r\n{title}\r\n\r\n{header}\r\n{ROW}\r\n".encode(page, "replace")
    for text in (data, data.decode("latin-1")):
        capture = parse(text)
        assert len(capture.sockets) == 1
        assert not capture.errors


@pytest.mark.parametrize(
    ("title", "header"),
    [
        ("Gníomhacha naisc", "  Prót   Seoladh logánta        Seoladh eachtrach      Staid   PID"),
        ("¨¡¥ª", "  ­¬ï    ®ª «ì­ë©  ¤à¥á        ­¥è­¨©  ¤à¥á          ®áâ®ï­¨¥       PID"),
        ("", "  Prot   Alamat Lokal        Alamat Asing      Keadaan"),
    ],
)
def test_headings_of_an_unknown_language_are_told_by_shape(title: str, header: str) -> None:
    capture = parse(f"{title}\n\n{header}\n\n{ROW}\n")
    assert not capture.diagnostics
    without_row = parse(f"{ROW}\n\n{title}\n{header}\n")
    assert without_row.line_roles[-1] is LineRole.DIAGNOSTIC


@pytest.mark.parametrize(
    "line",
    ["Eine höfliche Zeile darüber", "Es  folgt   die Ausgabe", "Протокол 5", "x" * 99],
)
def test_prose_above_a_table_is_remarked(line: str) -> None:
    capture = parse(f"{line}\nund noch eine.\n{ROW}\n")
    assert capture.line_roles[0] is LineRole.DIAGNOSTIC
    assert len(capture.sockets) == 1


def test_a_title_at_the_end_of_a_text_has_no_header() -> None:
    assert parse(f"{ROW}\n\nGníomhacha naisc\n").line_roles[-1] is LineRole.DIAGNOSTIC


@pytest.mark.parametrize(("sentence", "page"), ELEVATION)
def test_the_elevation_message_is_named_in_every_language_and_code_page(
    sentence: str, page: str
) -> None:
    oem = sentence.encode(page)
    for text in (
        sentence,
        sentence.encode(),
        f"{sentence}\r\n".encode("utf-16"),
        f"C:\\>netstat -anob\n{sentence}\n",
        oem + b"\r\n",
        oem.decode("latin-1"),
        oem.decode("cp437"),
    ):
        with pytest.raises(UnrecognizedCapture, match=r"requires elevation.*administrator"):
            parse(text)


def test_other_short_texts_ask_for_nothing() -> None:
    for text in ("Good morning", "Добрый день".encode("cp866"), "日本", b"", "x" * 3000):
        assert not asks_for_elevation(text)
    with pytest.raises(UnrecognizedCapture, match=r"holds? no socket"):
        parse("Good morning")


def test_the_elevation_message_among_rows_is_a_warning() -> None:
    capture = parse(f"{ROW}\n\nThe requested operation requires elevation.\n")
    assert capture.line_roles[-1] is LineRole.STRUCTURE
    assert [remark.code for remark in capture.diagnostics] == ["not-elevated"]
    assert capture.dialect is Dialect.WINDOWS
