"""The demo's web server: shows one folder on loopback, as the organisation's site would."""

import sys
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

from flows.prefect_child import end_with_parent

if __name__ == "__main__":
    end_with_parent()
    handler = partial(SimpleHTTPRequestHandler, directory=sys.argv[2])
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), handler).serve_forever()
