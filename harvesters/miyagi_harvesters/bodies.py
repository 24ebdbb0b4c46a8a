"""The body of an answer, whole and not larger than allowed, neither as it was sent nor as it is once unpacked."""

from __future__ import annotations

import zlib

from urllib3.response import BaseHTTPResponse

from .problems import PortalError, Severity, problem, register

__all__ = ["ACCEPTED", "drain", "read_body"]

#: What is asked for. Others (br, zstd) need a library more, and no portal needs them.
ACCEPTED = "gzip, deflate"
PACKED = {"gzip": "gzip", "x-gzip": "gzip", "deflate": "deflate"}
NOT_ASKED = {"br", "zstd", "compress", "x-compress", "bzip2", "lzma", "xz", "dcb", "dcz", "exi", "pack200-gzip"}
PIECE = 1 << 16


class _Unpacker:
    """One gzip or deflate stream, a piece at a time."""

    def __init__(self, coding: str) -> None:
        self._coding = coding
        self._stream = None if coding == "deflate" else self._gzip()
        self._ended = False

    @staticmethod
    def _gzip() -> zlib._Decompress:
        return zlib.decompressobj(16 + zlib.MAX_WBITS)

    @property
    def whole(self) -> bool:
        """Whether the stream ended where it says it ends; an empty one did."""
        return self._ended or self._stream is None or self._stream.eof

    def unpack(self, data: bytes, room: int) -> bytes:
        """What a piece holds, at most ``room`` bytes; the rest is lost, because more than that is refused anyway.

        :raises zlib.error: the stream is damaged
        """
        if self._stream is None:
            # "deflate" is zlib's format (RFC 9110), but some send the bare stream
            is_zlib = len(data) > 1 and data[0] & 0x0F == 8 and int.from_bytes(data[:2], "big") % 31 == 0
            self._stream = zlib.decompressobj(zlib.MAX_WBITS if is_zlib else -zlib.MAX_WBITS)
        unpacked = bytearray()
        while data and not self._ended and len(unpacked) < room:
            unpacked += self._stream.decompress(data, room - len(unpacked))
            if not self._stream.eof:
                break
            data = self._stream.unused_data
            if self._coding == "gzip" and data[:1] == b"\x1f":
                self._stream = self._gzip()  # gzip files may follow each other (RFC 1952, section 2.2)
            elif data:
                self._ended = True
        return bytes(unpacked)


def read_body(response: BaseHTTPResponse, place: str, largest: int, *, cut: bool = False) -> bytes:
    """Read what an answer holds.

    :param place: its address
    :param largest: bytes, both on the way and unpacked
    :param cut: give the first ``largest`` bytes of a larger body instead of refusing it
    :raises PortalError: too large, packed in a way that was not asked for, or damaged
    :raises urllib3.exceptions.HTTPError: the connection broke, or it is shorter than it says
    """
    unpacker = _unpacker(response.headers.get("content-encoding", ""), place)
    stated = response.headers.get("content-length", "")
    if stated.isascii() and stated.isdigit() and len(stated) < 20 and int(stated) > largest and not cut:
        raise PortalError(problem("too-large", place, value=stated, detail=largest))
    body = bytearray()
    sent = 0
    try:
        # "read", not "stream": http.client limits the lines between chunks, urllib3's own reading of chunks does not
        while piece := response.read(PIECE, decode_content=False):
            sent += len(piece)
            body += unpacker.unpack(piece, largest + 1 - len(body)) if unpacker else piece
            if max(sent, len(body)) > largest:
                if cut:
                    return bytes(body[:largest])
                raise PortalError(problem("too-large", place, value=max(sent, len(body)), detail=largest))
    except zlib.error as error:
        raise PortalError(problem("damaged-packing", place, detail=error)) from error
    if unpacker and sent and not unpacker.whole:
        raise PortalError(problem("cut-short", place, value=sent))
    return bytes(body)


def drain(response: BaseHTTPResponse) -> bytes:
    """Read away a short body that nobody wants, so that the connection can be used again; a longer one costs more than a new connection.

    :returns: nothing
    """
    stated = response.headers.get("content-length", "")
    if stated.isascii() and stated.isdigit() and len(stated) < 6 and int(stated) <= PIECE:
        while response.read(PIECE, decode_content=False):
            pass
    return b""


def _unpacker(stated: str, place: str) -> _Unpacker | None:
    """What undoes a Content-Encoding. Some servers write a charset there, or "none": that is no packing."""
    codings = [coding.strip().lower() for coding in stated.split(",")]
    packings = [coding for coding in codings if coding in PACKED or coding in NOT_ASKED]
    if not packings:
        return None
    if len(packings) > 1 or packings[0] not in PACKED:
        raise PortalError(problem("unknown-packing", place, value=stated))
    return _Unpacker(PACKED[packings[0]])


register(
    "too-large", Severity.ERROR,
    ("{place} の内容が大きすぎます（{value}バイト以上、上限 {detail} バイト）。",
     "必要なデータであれば、収集元の設定でサイズの上限を上げてください。"),
    ("{place} is too large ({value} bytes or more; the limit is {detail}).",
     "Where the data is needed, raise the size limit of the source."),
)
register(
    "cut-short", Severity.ERROR,
    ("{place} の応答が途中で切れました（{value}バイト受信）。",
     "次回の収集で取得し直します。続くときはポータルの管理者に知らせてください。"),
    ("{place} was cut short ({value} bytes came).", "It is fetched again next time. If this goes on, tell the portal's operator."),
)
register(
    "damaged-packing", Severity.ERROR,
    ("{place} の圧縮された応答が壊れています（{detail}）。", "次回の収集で取得し直します。続くときはポータルの管理者に知らせてください。"),
    ("The compressed answer of {place} is damaged ({detail}).",
     "It is fetched again next time. If this goes on, tell the portal's operator."),
)
register(
    "unknown-packing", Severity.ERROR,
    ("{place} の応答は求めていない方式で圧縮されています（{value}）。",
     "ポータルの管理者に知らせてください。gzip か deflate であれば読めます。"),
    ("{place} answers in a compression that was not asked for ({value}).", "Tell the portal's operator; gzip and deflate can be read."),
)
