"""Gives the RO-Crate validator its one context from the file beside this script, so that it needs no network.

The file is the JSON-LD context of RO-Crate 1.1 (https://w3id.org/ro/crate/1.1/context), which its authors put under CC0.
Usage: rocrate_context.py CACHE
"""

import io
import pathlib
import sys

from requests.adapters import BaseAdapter, HTTPAdapter
from requests_cache import CachedSession
from urllib3.response import HTTPResponse

CONTEXT = pathlib.Path(__file__).with_name("ro-crate-1.1-context.jsonld").read_bytes()
ADDRESSES = [
    "https://w3id.org/ro/crate/1.1/context",
    "http://w3id.org/ro/crate/1.1/context",
    "https://www.researchobject.org/ro-crate/1.1/context.jsonld",
]


class Local(BaseAdapter):
    """Answers every request with the context."""

    def send(self, request, **_):
        headers = {"Content-Type": "application/ld+json", "Content-Length": str(len(CONTEXT))}
        raw = HTTPResponse(body=io.BytesIO(CONTEXT), headers=headers, status=200, preload_content=False)
        return HTTPAdapter().build_response(request, raw)

    def close(self):
        pass


session = CachedSession(cache_name=sys.argv[1], expire_after=-1, backend="sqlite", allowable_codes=(200,))
for scheme in ("https://", "http://"):
    session.mount(scheme, Local())
for address in ADDRESSES:
    for headers in ({"Accept": "application/ld+json, application/json"}, {}):
        assert session.get(address, headers=headers).status_code == 200
