"""Sentences, titles and headers of netstat.exe in the languages of Windows.

Shape only. A letter outside ASCII may arrive in a wrong code page, so that a sentence in a Latin
alphabet also matches with one to three other signs in its place. Most wordings are those of
captures; the rest is Microsoft's (the system message 740, product terminology). A language that is
missing here costs a title its name, never a row.
"""

from __future__ import annotations

import re

import pyparsing as pp

_MARGIN = r"[ \t>|]*+"


def _tolerant(*sentences: str) -> str:
    """Return a pattern of sentences; several words are several sentences."""
    return "|".join(
        "".join(
            re.escape(char) if char.isascii() or not _is_latin(sentence) else r"\S{1,3}"
            for char in sentence
        )
        for sentence in sentences
    )


def _is_latin(sentence: str) -> bool:
    """Tell whether most of a sentence is ASCII."""
    return sum(char.isascii() and char.isalpha() for char in sentence) * 2 > len(sentence)


_NO_OWNER = _tolerant(
    "Can not obtain ownership information",
    "Cannot obtain ownership information",
    "Impossible d’obtenir les informations de propriétaire",  # noqa: RUF001 - Windows' apostrophe
    "Impossible d'obtenir les informations de propriétaire",
    "No se puede obtener información de propiedad",
    "Es konnten keine Besitzerinformationen abgerufen werden",
    "Die Besitzerinformationen können nicht abgerufen werden",
    "Não é possível obter informações de propriedade",
    "Não é possível obter informações sobre propriedade",
    "Impossibile ottenere informazioni sulla proprietà",
    "Impossibile ottenere informazioni sul proprietario",
    "Nie można uzyskać informacji o własności",
    "Не удается получить сведения о владельце",  # noqa: RUF001 - Cyrillic
    "所有者情報を取得できません",
    "소유권 정보를 얻을 수 없습니다",
    "소유권 정보를 가져올 수 없습니다",
    "无法获取所有权信息",
    "無法取得擁有權資訊",
)
NO_OWNER = rf"(?i:(?:{_NO_OWNER})[.。]?)"
"""What ``-b`` prints where it may not see the owner. It replaces service and executable."""

TITLE = pp.Regex(
    rf"{_MARGIN}(?:\#+ )?(?:"
    + _tolerant(
        "Active Connections",
        "Aktive Verbindungen",
        "Connexions actives",
        "Conexiones activas",
        "Conexões ativas",
        "Ligações ativas",
        "Ligações activas",
        "Connessioni attive",
        "Actieve verbindingen",
        "Aktywne połączenia",
        "Aktivní připojení",
        "Aktív kapcsolatok",
        "Etkin Bağlantılar",  # noqa: RUF001 - Turkish
        "Aktiva anslutningar",
        "Aktive forbindelser",
        "Aktive tilkoblinger",
        "Aktiiviset yhteydet",
        "Активные подключения",
        "Активні підключення",
        "活动连接",
        "使用中連線",
        "활성 연결",
        "アクティブな接続",
    )
    + r")[ \t]*\Z"
)
"""Title of the one table of sockets, on a line of its own."""

HEADER = pp.Regex(
    # The word first: nearly every other line is refused there.
    rf"{_MARGIN}(?=(?:Proto|Имя|프로토콜|协议|協定|プロトコル))"
    r"(?=.*(?:\S(?:[ \t]{2,}|\t)\S|\bPID\b))"
    r"(?:Proto|Protok\S{1,3}l|Имя|프로토콜|协议|協定|プロトコル)(?:[ \t]+[^\s:]+){3,12}[ \t]*\Z"
)
"""Column header: a word for the protocol and three or more further words, no endpoint."""

BARE_HEADER = pp.Regex(rf"{_MARGIN}Proto[ \t]+Local Address[ \t]+Foreign Address\b")
"""The English header: no queues between the protocol and the addresses."""

SHAPED_HEADER = pp.Regex(
    r"[ \t>|]*+[^\s\d:]{1,20}(?:(?:\t|[ \t]{2,})[^\s\d:]+(?: [^\s\d:]+){0,3}){3,6}[ \t]*\Z"
)
"""A header in a language or code page nobody has captured: cells with two blanks between."""

SHAPED_TITLE = pp.Regex(
    r"(?=.*[^\x00-\x7f])[ \t>|]*+[^\s\d:.,]{2,40}(?: [^\s\d:.,]{2,40}){0,4}\s*\Z"
)
"""A title in such a language: a few words, not all of them ASCII."""

ELEVATION = pp.Regex(
    rf"{_MARGIN}(?i:(?:[\w.\\/-]*netstat(?:\.exe)?: ?)?(?:"
    + _tolerant(
        "The requested operation requires elevation",
        "Der angeforderte Vorgang erfordert erhöhte Rechte",
        "L’opération demandée nécessite une élévation",  # noqa: RUF001 - Windows' apostrophe
        "L'opération demandée nécessite une élévation",
        "La operación solicitada requiere elevación",
        "L'operazione richiesta richiede l'elevazione",
        "L'operazione richiesta necessita di privilegi",
        "L'operazione richiesta richiede privilegi",
        "L'esecuzione dell'operazione richiesta richiede privilegi",
        "Per eseguire l'operazione richiesta è necessari",
        "Per l'operazione richiesta è necessari",
        "Per l’operazione richiesta è necessari",  # noqa: RUF001 - Windows' apostrophe
        "A operação solicitada requer elevação",
        "A operação pedida requer elevação",
        "A operação pedida necessita de elevação",
        "Запрошенная операция требует повышения",
        "Запитана операція потребує",
        "要求された操作には管理者特権が必要です",
        "요청한 작업을 수행하려면 권한 상승이 필요합니다",
        "요청한 작업에는 권한 상승이 필요합니다",
        "请求的操作需要提升",
        "所要求的操作需要提高",
        "所要求的操作需要提升",
        "要求的操作需要提高",
        "要求的作業需要提升",
        "要求的作業需要提高",
        "Żądana operacja wymaga podniesienia",
        "De aangevraagde bewerking vereist",
        "De gevraagde bewerking vereist",
        "Voor de gevraagde bewerking zijn",
        "Voor de aangevraagde bewerking",
        "Požadovaná operace vyžaduje",
        "Požadovaná operácia vyžaduje",
        "A kért művelet",
        "İstenen işlem için yükseltme",
        "İstenen işlem yükseltme",
        "Den begärda åtgärden kräver",
        "Den begärda åtgärden måste",
        "Den anmodede handling kræver",
        "Den forespurte operasjonen krever",
        "Pyydetty toiminto vaatii",
        "Operațiunea solicitată necesită",
    )
    + r")).{0,120}\Z"
)
"""All that ``netstat -b`` prints without elevation (system message 740, ELEVATION_REQUIRED)."""
