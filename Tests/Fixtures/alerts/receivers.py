"""Receivers of alerts that write down what they get, one JSON line each.

receivers.py FILE HTTP-PORT SMTP-PORT: every HTTP request is answered with 200, and mail is taken by a
server that speaks no more of SMTP than libcurl needs, with AUTH PLAIN.
"""

import base64
import json
import socketserver
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

lock = threading.Lock()


def record(entry):
    with lock, open(sys.argv[1], "a", encoding="utf-8") as file:
        file.write(json.dumps(entry) + "\n")


class Web(BaseHTTPRequestHandler):
    def answer(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        record(
            {
                "method": self.command,
                "path": self.path,
                "headers": {name.lower(): value for name, value in self.headers.items()},
                "body": body.decode("utf-8"),
            }
        )
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    do_GET = do_POST = do_PUT = answer

    def log_message(self, *_):
        pass


class Mail(socketserver.StreamRequestHandler):
    def say(self, text):
        self.wfile.write(text.encode() + b"\r\n")

    def handle(self):
        self.say("220 mx.owner.example ESMTP")
        login, envelope = "", []
        while line := self.rfile.readline().decode().strip():
            verb = line.split()[0].upper()
            if verb == "EHLO":
                self.say("250-mx.owner.example")
                self.say("250 AUTH PLAIN")
            elif verb == "AUTH":
                self.say("334 ")
                answer = base64.b64decode(self.rfile.readline())
                login = answer.decode().replace("\0", " ").strip()
                self.say("235 2.7.0 welcome")
            elif verb in ("MAIL", "RCPT"):
                envelope.append(line)
                self.say("250 2.1.0 well")
            elif verb == "DATA":
                self.say("354 go on")
                lines = []
                while (part := self.rfile.readline()) != b".\r\n":
                    if not part:
                        return
                    lines.append(part[1:] if part.startswith(b"..") else part)
                record(
                    {
                        "method": "MAIL",
                        "path": login,
                        "headers": {"envelope": " ".join(envelope)},
                        "body": b"".join(lines).decode("utf-8"),
                    }
                )
                self.say("250 2.0.0 taken")
            elif verb == "QUIT":
                self.say("221 bye")
                return
            else:
                self.say("502 no")


class MailServer(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


web = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[2])), Web)
mail = MailServer(("127.0.0.1", int(sys.argv[3])), Mail)
threading.Thread(target=mail.serve_forever, daemon=True).start()
print("ready", flush=True)
web.serve_forever()
