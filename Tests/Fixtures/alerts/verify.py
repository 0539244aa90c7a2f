"""Looks at recorded alerts with the libraries that receivers use.

verify.py FILE SECRET HTTP-PORT: each webhook must verify by the standardwebhooks package, and fail with
another body; each message to Apprise must be one that the apprise package takes and passes on.
"""

import json
import sys

import apprise
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

entries = [json.loads(line) for line in open(sys.argv[1], encoding="utf-8")]
hooks = [entry for entry in entries if entry["path"] == "/hook"]
for hook in hooks:
    payload = Webhook(sys.argv[2]).verify(hook["body"], hook["headers"])
    assert payload["data"]["finding"].startswith("fnd_"), payload
    try:
        Webhook(sys.argv[2]).verify(hook["body"] + " ", hook["headers"])
        sys.exit("a changed body verifies")
    except WebhookVerificationError:
        pass

messages = [entry for entry in entries if entry["path"].startswith("/notify/")]
for message in messages:
    fields = json.loads(message["body"])
    receiver = apprise.Apprise()
    assert receiver.add(f"json://127.0.0.1:{sys.argv[3]}/passed-on")
    assert receiver.notify(
        body=fields["body"],
        title=fields["title"],
        notify_type=fields["type"],
        body_format=fields["format"],
    )
print(f"{len(hooks)} webhooks, {len(messages)} messages")
