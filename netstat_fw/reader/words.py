"""State and type words of every language that netstat speaks, mapped to the one enumeration.

A word that is in no table is UNKNOWN, never an error. Words in a wrong code page keep at least
their ASCII letters, so a word that is not pure ASCII is also looked up by those alone.
"""

from __future__ import annotations

from netstat_fw.records import State, UnixState, UnixType

# net-tools po files (ca cs de es et pt_BR sv) and the words of Windows in German.
_TRANSLATED_STATES = {
    State.LISTEN: "ESCOLTA NASLOUCHÁ OUÇA LYSSNAR ESCUCHAR ABHÖREN HÖRT ASCOLTO",
    State.ESTABLISHED: (
        "ESTABLERT SPOJENO VERBUNDEN ESTABELECIDA ETABLERAD ESTABLECIDO ESTABLECIDA HERGESTELLT"
    ),
    State.SYN_SENT: "SYNSENT SYN_ENVIADO SYN_GESENDET",
    State.SYN_RECEIVED: "SYNRECV SYN_RECEBIDO SYN_EMPFANGEN",
    State.FIN_WAIT_1: "FINWAIT1 ESPERA_FIN1 FIN_WARTEN_1",
    State.FIN_WAIT_2: "FINWAIT2 ESPERA_FIN2 FIN_WARTEN_2",
    State.TIME_WAIT: "TEMPS WARTEND",
    State.CLOSED: "TANCA ZAVŘEN FECHAR STÄNG GESCHLOSSEN",
    State.CLOSE_WAIT: "CLOSEWAIT ESPERANDO_FECHAR STÄNG_VÄNTA SCHLIESSEN_WARTEN",
    State.LAST_ACK: "LASTACK ÚLTIMO_ACK LETZTE_ACK",
    State.BOUND: "GEBUNDEN",
    State.CLOSING: "TANCAMENT ZAVÍRÁ FECHANDO STÄNGER SCHLIESSEND",
    State.UNKNOWN: "DESCONEGUT NEZNÁM UNBEKANNT TUNDMATU INCONNU 不明 უცნობი DESCONHECIDA OKÄND",
}
_UNIX_STATES = {
    UnixState.FREE: "FREE LLIURE NEALOKOVÁN FREI VABA LIBRE LIVRE LEDIG",
    UnixState.LISTENING: (
        "LISTENING LISTEN ESCOLTANT NASLOUCHÁ HÖRT OUVINDO LYSSNAR ESCUCHANDO ESCUCHAR 监听"
    ),
    UnixState.UNCONNECTED: "UNCONNECTED",
    UnixState.CONNECTING: (
        "CONNECTING CONNECTANT SPOJUJE VERBINDUNGSAUFBAU ÜHENDUMAS ENCONNEXION CONECTANDO ANSLUTER"
    ),
    UnixState.CONNECTED: (
        "CONNECTED CONNECTAT SPOJEN VERBUNDEN ÜHENDATUD CONNECTE CONECTADO ANSLUTEN 已连接"
    ),
    UnixState.DISCONNECTING: (
        "DISCONNECTING DESCONNECTANT ODPOJUJE VERBINDUNGSABBAU LAHTIÜHENDUMAS ENDECONNEXION"
        " DESCONECTANDO"
    ),
}
_UNIX_TYPES = {
    UnixType.STREAM: "STREAM FLUX FLUJO 流",
    UnixType.DGRAM: "DGRAM 数据报",
    UnixType.SEQPACKET: "SEQPACKET SEQPACK SEQPAKET PAQUETSEQ SEQPAC",
    UnixType.RAW: "RAW RÅ",
    UnixType.RDM: "RDM",
}


def _ascii_letters(word: str) -> str:
    return "".join(char for char in word if char.isascii())


STATES: dict[str, State] = dict(State.__members__) | {
    word: state for state, words in _TRANSLATED_STATES.items() for word in words.split()
}
STATES["POSLEDNÍ ACK"] = State.LAST_ACK
_DAMAGED_STATES = {
    _ascii_letters(word): state
    for word, state in STATES.items()
    if not word.isascii() and len(_ascii_letters(word)) > 1
}
UNIX_STATES: dict[str, UnixState] = {
    word: state for state, words in _UNIX_STATES.items() for word in words.split()
} | {"KOPPLAR FRÅN": UnixState.DISCONNECTING}
UNIX_TYPES: dict[str, UnixType] = {
    word: kind for kind, words in _UNIX_TYPES.items() for word in words.split()
}


def state_of(word: str) -> State:
    r"""Map a state word of any known language to its `State`; UNKNOWN for any other word.

    >>> state_of("SYN_RECV"), state_of("HÖRT"), state_of("ABH\ufffdREN")
    (<State.SYN_RECEIVED: 'SYN_RECEIVED'>, <State.LISTEN: 'LISTEN'>, <State.LISTEN: 'LISTEN'>)
    """
    known = STATES.get(word)
    if known is None and not word.isascii():
        known = _DAMAGED_STATES.get(_ascii_letters(word))
    return known or State.UNKNOWN


def unix_state_of(word: str) -> UnixState:
    """Map a unix socket's state word to its `UnixState`; UNKNOWN for any other word."""
    return UNIX_STATES.get(word, UnixState.UNKNOWN)


def unix_type_of(word: str) -> UnixType:
    """Map a unix socket's type word to its `UnixType`; UNKNOWN for any other word."""
    return UNIX_TYPES.get(word, UnixType.UNKNOWN)


def is_state(word: str) -> bool:
    """Tell whether some netstat prints the word, also where it means that the state is unknown.

    >>> is_state("UNKNOWN(12)"), is_state("DESCONHECIDA"), is_state("ASLEEP")
    (True, True, False)
    """
    return word.partition("(")[0] in STATES


def states_beginning(letters: str) -> frozenset[State]:
    """Return the states whose words begin so, English words first; none for no letters.

    >>> sorted(state.name for state in states_beginning("L"))
    ['LAST_ACK', 'LISTEN']
    """
    return _BEGINNINGS.get(letters, frozenset())


def _beginnings() -> dict[str, frozenset[State]]:
    found: dict[str, frozenset[State]] = {}
    for words in (STATES, State.__members__):  # the last has the last word
        of_language: dict[str, set[State]] = {}
        for word, state in words.items():
            for end in range(1, len(word) + 1):
                of_language.setdefault(word[:end], set()).add(state)
        found |= {letters: frozenset(states) for letters, states in of_language.items()}
    return found


def completed_state(beginning: str) -> State | None:
    """Return the one state whose English word begins so; None where several or none do.

    For rows that a screen's right edge cut inside the state column.

    >>> completed_state("LIST"), completed_state("SYN_")
    (<State.LISTEN: 'LISTEN'>, None)
    """
    found = {state for word, state in State.__members__.items() if word.startswith(beginning)}
    return found.pop() if len(found) == 1 else None


_BEGINNINGS = _beginnings()
