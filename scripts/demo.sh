#!/usr/bin/env bash
# demo.sh BINARIES: plays the main job in a temporary home, with the commands as they were built, and
# removes all of it afterwards.
set -euo pipefail
umask 077

if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then
  bold=$'\e[1m' dim=$'\e[2m' green=$'\e[32m' plain=$'\e[0m'
else
  bold='' dim='' green='' plain=''
fi
export PATH="$1:$PATH"

stage=$(mktemp -d "${TMPDIR:-/tmp}/seed-demo.XXXXXX")
mail=$stage/mail
export SEED_HOME=$stage/home
# The demo asks nobody on the network: no name exists but those of its own mail server's word.
export SEED_DNS_ZONE=$stage/zone.json
echo '{}' >"$SEED_DNS_ZONE"
running=()
finish() {
  for process in "${running[@]}"; do kill "$process" 2>/dev/null || true; done
  for process in "${running[@]}"; do wait "$process" 2>/dev/null || true; done
  rm -rf "$stage"
}
trap finish EXIT
trap 'exit 130' INT TERM

say() { printf '\n%s%s%s\n' "$bold" "$1" "$plain"; }
show() {
  local line='' word
  for word in "$@"; do
    case $word in *[!A-Za-z0-9_./:@=-]*) word="\"$word\"" ;; esac
    line+=" $word"
  done
  printf '%s$%s%s%s%s\n' "$dim" "$plain" "$green" "$line" "$plain"
}
run() { show "$@"; "$@"; }

# mint ORGANISATION DOMAIN FORM: mints an address, shows it, and leaves it in $address.
mint() {
  local command=(seedctl mint --org "$1" --org-domain "$2" --form "$3")
  show "${command[@]}"
  address=$("${command[@]}" --json | sed -n 's/.*"address" *: *"\([^"]*\)".*/\1/p')
  echo "$address"
}

# deliver NAME RECIPIENT ENVELOPE-SENDER RESULTS: puts the message on standard input into the maildir as the mail
# server does: its own fields above, and complete at once, by a rename.
deliver() {
  {
    echo "Return-Path: <$3>"
    echo "Delivered-To: $2"
    [ -z "$4" ] || echo "Authentication-Results: mx.seeds.example; $4"
    echo "Received: from mail.${3##*@} (mail.${3##*@} [192.0.2.7])"
    echo "	by mx.seeds.example (Postfix) with ESMTPS id 4XyZ$RANDOM"
    echo "	for <$2>; $(date -R)"
    cat
  } >"$mail/tmp/$1"
  mv "$mail/tmp/$1" "$mail/new/$1"
}

# message FROM TO SUBJECT TEXT: a message as its sender wrote it.
message() {
  local domain=${1##*@}
  printf 'From: %s\nTo: %s\nSubject: %s\nDate: %s\nMessage-ID: <%s@%s>\n\n%s\n' \
    "$1" "$2" "$3" "$(date -R)" "$RANDOM.$RANDOM" "${domain%>}" "$4"
}

# await FILE PATTERN COUNT WHAT: waits until so many lines of the file fit.
await() {
  for _ in $(seq 200); do
    [ "$(grep -c -e "$2" "$1")" -lt "$3" ] || return 0
    sleep 0.05
  done
  echo "The demo waited ten seconds for $4, in vain:" >&2
  cat "$stage"/*.log >&2
  exit 1
}

# alert: waits for the next alert, and shows what the watcher printed of it.
alerts=0 shown=0
alert() {
  alerts=$((alerts + 1))
  await "$stage/watch.out" 'seedctl finding show' $alerts "an alert"
  sed -n "$((shown + 1)),\$p" "$stage/watch.out"
  shown=$(wc -l <"$stage/watch.out")
}

say "A home for the catch-all domain seeds.example, whose mail arrives in a maildir"
mkdir -p "$mail"/{tmp,new,cur}
run seedctl init --domain seeds.example --maildir "$mail" --trust-authserv mx.seeds.example

say "An address for each of two organisations, given to nobody else"
mint "Example Petitions" petitions.example https://petitions.example/p/1
petitions=$address
mint "Example Shop" shop.example https://shop.example/join
shop=$address

say "seedd watches the maildir; in a second terminal, somebody waits for alerts"
show seedd
seedd 2>"$stage/seedd.log" &
running+=($!)
show seedctl alerts --watch
seedctl alerts --watch >"$stage/watch.out" 2>"$stage/watch.log" &
running+=($!)
await "$stage/watch.log" Watching 1 "the watch"

say "The organisation confirms, and sends its newsletter: expected, so nothing is said"
message "Example Petitions <hello@petitions.example>" "$petitions" "Please confirm" \
  "Click to confirm." | deliver 1 "$petitions" bounces@petitions.example \
  "dkim=pass header.d=petitions.example"
message "Example Petitions <news@petitions.example>" "$petitions" "Our newsletter" \
  "What happened in November." | deliver 2 "$petitions" bounces@petitions.example \
  "dkim=pass header.d=petitions.example"

say "Somebody guesses at addresses: counted, and not kept"
message "Lucky <lucky@spam.example>" anna1234567890@seeds.example "You won" "Really." |
  deliver 3 anna1234567890@seeds.example lucky@spam.example ""

say "A bounce of mail that the shop's address never sent: somebody used it as a sender"
{
  cat <<END
From: Mail Delivery Subsystem <mailer-daemon@mail.example>
To: $shop
Subject: Undelivered Mail Returned to Sender
Date: $(date -R)
Message-ID: <bounce.$RANDOM@mail.example>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

Your message could not be delivered.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.example

Final-Recipient: rfc822; nobody@mail.example
Action: failed
Status: 5.1.1

--b--
END
} | deliver 4 "$shop" "" ""
alert

say "And a party, which was never given the address, appeals for money:"
sent=$(date +%s%N)
message "Your Party <news@party.example>" "$petitions" "We need your help" "Will you chip in?" |
  deliver 5 "$petitions" bounces@party.example "dkim=pass header.d=party.example"
alert
elapsed=$((($(date +%s%N) - sent) / 1000000))
say "… $elapsed ms after its delivery."

say "What needs a look"
run seedctl alerts

say "Why: the whole reasoning on that message, replayed from its bytes"
run seedctl explain "$mail/new/5"

say "What was taken in"
run seedctl status

say "That was all of it, and it is removed now. To go on:"
cat <<END
  make release && sudo make install     seedctl and seedd, with their manuals
  seedctl --help                        every command
  README.md                             the same by hand, on a folder of your own
  deploy/postfix/README.md              a real catch-all domain
  docs/operating.md                     the service, backups, what to do when
END
