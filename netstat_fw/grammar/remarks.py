"""What netstat itself says on standard error, in every language of its message catalogues.

Shape only. With ``2>&1``, and on a terminal, such a remark stands before, between or inside rows.

Sources: net-tools 2.10 (netstat.c, po/*.po, the catalogues of Debian 12), BusyBox 1.37
(networking/netstat.c), and for es, it, ru and zh the language packs of distributions.
"""

from __future__ import annotations

import pyparsing as pp

_MARGIN = r"[ \t>|]*+"

REMARK = pp.Regex(
    r"(?:warning, got (?:bogus|duplicate) .{1,40} line(?: [0-9]+)?\."
    r"|Warnung, fehlerhaft?e \S{1,10}[ -](?:Zeile|line)(?: [0-9]+)?\."
    r"|attention, ligne \S{1,10} en erreur(?: [0-9]+)?\."
    r"|varování, (?:nesmyslný|netstat) \S{1,10} řádek(?: [0-9]+)?\."
    r"|Hoiatus - sain imeliku \S{1,10} rea(?: \(nr\. [0-9]+\))?"
    r"|atenção, recebi linha \S{1,10} inválida(?: [0-9]+)?\."
    r"|警告, 偽の\S{1,10}ライン[0-9]*を得ました\."
    r"|netstat: no support for .{1,60} on this system\.|netstat: feature .{1,60} not supported\."
    r"|netstat: (?:unsupported address family|třída adres|Nicht unterstützte Adressfamilie"
    r"|aadressiperekonda|famille d'adresses|サポートしてないアドレスファミリ|família de protocolos)"
    r" ?.{1,40}"
    r"|Please recompile .{1,120}"
    r"|netstat: showing only processes with your user ID|netstat: can't scan /proc.{0,40}"
    r"|netstat: (?:can't open )?'?/proc/net/.{1,120}|/proc/net/.{1,40}: .{1,80}"
    r"|error parsing /proc/.{1,40}|SELinux is not enabled .{1,40}"
    r"|getnameinfo failed|unexpected kind [0-9]+ which 0x[0-9a-f]+)[ \t]*\Z"
)
"""A remark at the end of a line; what stands before it is the beginning of a row."""

REMARK_LINE = pp.Regex(_MARGIN + REMARK.re.pattern)
"""A remark with a line of its own."""

HINTS = (
    "netstat: ", "warning, got", "/proc/", "SELinux is", "Please recompile", "getnameinfo failed",
    "unexpected kind", "fehlerhaf", "en erreur", "varování, ", "imeliku", "recebi linha", "警告",
)  # fmt: skip
"""One of these is in every remark, and hardly any of them in a row."""

LIMITED_VIEW = pp.Regex(
    rf"{_MARGIN}[（(](?:.{{0,60}}geteuid\(\).*"  # noqa: RUF001 - a full-width bracket
    r"|No info could be read for .*|Not all processes could be identified.*"
    r"|Es konnten nicht alle Prozesse identifiziert.*"
    r"|Tous les processus ne peuvent .*|No todos los procesos pueden .*"
    r"|Nem todos os processos puderam .*|Non tutti i processi .*"
    r"|Všechny procesy nemohly .*|Mõnesid protsesse ei saanud .*"
    r"|Alla processer kan inte .*|No es poden identificar tots .*"
    r"|Не все процессы были .*"  # noqa: RUF001 - Cyrillic
    r"|一部のプロセスが識別されますが.*|并非所有进程都能被检测到.*"
    r"|ყველა პროცესის იდენტიფიკაცია .*)\Z"
)
"""netstat's word that it ran without the privilege to see every program (prg_cache_load)."""

LIMITED_VIEW_REST = pp.Regex(
    rf"{_MARGIN}(?:will not be shown, you would have to be root.*"
    r"|nicht-eigenen? Prozesse.*|non possédés ne seront pas .*"
    r"|no se mostrarán, necesita ser .*|de outrem não serão mostrados.*"
    r"|non saranno mostrate.*|byl superuživatelem\).*"
    r"|pouze o procesech, jichž .*|byste být superuživatelem.*"
    r"|info lugemiseks peab olema root.*|visas inte, du måste vara root.*"
    r"|no es mostrarà, hauríeu de ser .*"
    r"|не будет отображена, .*"
    r"|表示されません。それら全てを見るには.*|root 用户[）)].*"  # noqa: RUF001 - a full-width bracket
    r"|ნაჩვენები არ იქნება.*)\Z"
)
"""The second or third line of the same remark."""
