"""A timestamp authority over HTTP: `openssl ts -reply` behind Python's own server.

tsa.py PORT CONFIGURATION
"""

import http.server
import subprocess
import sys
import tempfile


class Authority(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        query = self.rfile.read(int(self.headers["Content-Length"]))
        with tempfile.NamedTemporaryFile() as file:
            file.write(query)
            file.flush()
            reply = subprocess.run(
                ["openssl", "ts", "-reply", "-config", sys.argv[2], "-queryfile", file.name],
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                check=True,
            ).stdout
        self.send_response(200)
        self.send_header("Content-Type", "application/timestamp-reply")
        self.send_header("Content-Length", str(len(reply)))
        self.end_headers()
        self.wfile.write(reply)


server = http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Authority)
print("listens", flush=True)
server.serve_forever()
