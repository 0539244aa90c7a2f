#!/bin/sh
# full-job.sh SEEDCTL CORPUS MAILDIR OUT: makes a home in OUT, adopts the corpus's aliases, and takes
# the maildir in with the corpus's zone file instead of the network. This is what is measured, from
# the first to the last command: the start of the program and the import count, too.
set -eu
seedctl=$1 corpus=$2 maildir=$3 out=$4
rm -rf "$out"
"$seedctl" init --home "$out" --quiet --domain inbox.test --trust-authserv mx.inbox.test
{
  echo address,organisation,domain
  awk -F '\t' '{ print $2 "@inbox.test," $3 "," $3 }' "$corpus/aliases.tsv"
} | "$seedctl" seed import --home "$out" --quiet -
exec "$seedctl" ingest --home "$out" --quiet --zone "$corpus/test.zone" "$maildir"
