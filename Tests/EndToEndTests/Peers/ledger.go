// ledger checks a log of Seed's with Go's sumdb packages alone, which know nothing of Seed:
// the checkpoint's signature with note, and with tlog its tiles, an inclusion proof and a
// consistency proof. Debian has the packages (golang-golang-x-mod-dev).
//
//	GO111MODULE=off GOPATH=/usr/share/gocode go run ledger.go VKEY LOG PROOF OLDCHECKPOINT CONSISTENCY
//
// PROOF is a tlog-proof, CONSISTENCY the body of an add-checkpoint request whose checkpoint is the
// log's, and OLDCHECKPOINT the one that it starts from.
package main

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func main() {
	if len(os.Args) != 6 {
		fail("usage: ledger VKEY LOG PROOF OLDCHECKPOINT CONSISTENCY")
	}
	verifier, err := note.NewVerifier(os.Args[1])
	check(err)
	log := os.Args[2]

	tree := checkpoint(read(filepath.Join(log, "checkpoint")), verifier)
	hashes := tlog.TileHashReader(tree, folder(log))
	entries := 0
	for start := int64(0); start < tree.N; start += 256 {
		for offset, entry := range bundle(log, tree.N, start) {
			index := start + int64(offset)
			proof, err := tlog.ProveRecord(tree.N, index, hashes)
			check(err)
			check(tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(entry)))
			entries++
		}
	}
	if int64(entries) != tree.N {
		fail("the bundles hold %d entries of %d", entries, tree.N)
	}

	proveInclusion(log, read(os.Args[3]), tree, verifier)

	old := checkpoint(read(os.Args[4]), verifier)
	lines, rest := paragraph(read(os.Args[5]))
	if lines[0] != "old "+strconv.FormatInt(old.N, 10) {
		fail("the consistency proof begins with %q", lines[0])
	}
	if newer := checkpoint(rest, verifier); newer != tree {
		fail("the consistency proof is for another checkpoint")
	}
	proof := tlog.TreeProof(decode(lines[1:]))
	check(tlog.CheckTree(proof, tree.N, tree.Hash, old.N, old.Hash))
	own, err := tlog.ProveTree(tree.N, old.N, hashes)
	check(err)
	if fmt.Sprint(own) != fmt.Sprint(proof) {
		fail("the consistency proof isn't the one that Go makes")
	}
	fmt.Printf("%d entries, consistent since %d\n", entries, old.N)
}

// proveInclusion checks a tlog-proof against the entry that the log has at its index.
func proveInclusion(log string, text []byte, tree tlog.Tree, verifier note.Verifier) {
	lines, rest := paragraph(text)
	if lines[0] != "c2sp.org/tlog-proof@v1" || !strings.HasPrefix(lines[1], "index ") {
		fail("no tlog-proof")
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[1], "index "), 10, 64)
	check(err)
	signed := checkpoint(rest, verifier)
	entry := bundle(log, tree.N, index/256*256)[index%256]
	proof := tlog.RecordProof(decode(lines[2:]))
	check(tlog.CheckRecord(proof, signed.N, signed.Hash, index, tlog.RecordHash(entry)))
}

// checkpoint opens a signed note and reads the tree that it tells of.
func checkpoint(text []byte, verifier note.Verifier) tlog.Tree {
	opened, err := note.Open(text, note.VerifierList(verifier))
	check(err)
	lines := strings.Split(opened.Text, "\n")
	if len(lines) < 4 || lines[0] != verifier.Name() {
		fail("the checkpoint is of %q", lines[0])
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	check(err)
	hash, err := tlog.ParseHash(lines[2])
	check(err)
	return tlog.Tree{N: size, Hash: hash}
}

// folder reads tiles where C2SP's tlog-tiles puts them: Go's paths have the height in them, too.
type folder string

func (folder) Height() int { return 8 }

func (f folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var data [][]byte
	for _, tile := range tiles {
		path := strings.TrimPrefix(tile.Path(), "tile/8/")
		bytes, err := os.ReadFile(filepath.Join(string(f), "tile", path))
		if err != nil {
			return nil, err
		}
		data = append(data, bytes)
	}
	return data, nil
}

func (folder) SaveTiles([]tlog.Tile, [][]byte) {}

// bundle reads the entries from start on.
func bundle(log string, size, start int64) [][]byte {
	width := size - start
	if width > 256 {
		width = 256
	}
	path := tlog.Tile{H: 8, L: -1, N: start / 256, W: int(width)}.Path()
	path = strings.Replace(path, "tile/8/data/", "tile/entries/", 1)
	data := read(filepath.Join(log, path))
	var entries [][]byte
	for len(data) > 0 {
		count := int(binary.BigEndian.Uint16(data))
		entries = append(entries, data[2:2+count])
		data = data[2+count:]
	}
	return entries
}

// paragraph divides a text at its first empty line.
func paragraph(text []byte) ([]string, []byte) {
	parts := strings.SplitN(string(text), "\n\n", 2)
	if len(parts) != 2 {
		fail("no empty line")
	}
	return strings.Split(parts[0], "\n"), []byte(parts[1])
}

func decode(lines []string) []tlog.Hash {
	hashes := []tlog.Hash{}
	for _, line := range lines {
		var hash tlog.Hash
		bytes, err := base64.StdEncoding.DecodeString(line)
		check(err)
		if copy(hash[:], bytes) != tlog.HashSize {
			fail("no hash: %s", line)
		}
		hashes = append(hashes, hash)
	}
	return hashes
}

func read(path string) []byte {
	bytes, err := os.ReadFile(path)
	check(err)
	return bytes
}

func check(err error) {
	if err != nil {
		fail("%v", err)
	}
}

func fail(format string, arguments ...interface{}) {
	fmt.Fprintf(os.Stderr, format+"\n", arguments...)
	os.Exit(1)
}
