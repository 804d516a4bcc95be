// Reads a log in the C2SP tlog-tiles layout with golang.org/x/mod/sumdb, so that code by others, in another
// language, says whether our logs are logs.
//
//	go-verifier FOLDER VKEY CHECKPOINT [INDEX...]
//
// Checks the signature of the checkpoint file, every entry against the hash tiles and those against the root. Then
// prints "record <index> <hash>..." and "tree <index> <hash>..." for each index given: the inclusion proof of that
// entry, and the consistency proof from the tree of that many entries. Last line: "ok <size>".
package main

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8
const width = 1 << height

// folder maps the tile names of x/mod (tile/H/L/N) to those of tlog-tiles (tile/L/N).
type folder string

func (f folder) Height() int { return height }

func (f folder) SaveTiles([]tlog.Tile, [][]byte) {}

func (f folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range tiles {
		data, err := os.ReadFile(f.path(strconv.Itoa(tile.L), tile.N, tile.W))
		if err != nil {
			return nil, err
		}
		all = append(all, data)
	}
	return all, nil
}

func (f folder) path(level string, n int64, w int) string {
	name := fmt.Sprintf("%03d", n%1000)
	for n >= 1000 {
		n /= 1000
		name = fmt.Sprintf("x%03d/%s", n%1000, name)
	}
	if w < width {
		name += fmt.Sprintf(".p/%d", w)
	}
	return filepath.Join(string(f), "tile", level, filepath.FromSlash(name))
}

func main() {
	log.SetFlags(0)
	if len(os.Args) < 4 {
		log.Fatal("usage: go-verifier FOLDER VKEY CHECKPOINT [INDEX...]")
	}
	tiles := folder(os.Args[1])
	tree := openCheckpoint(os.Args[2], os.Args[3])
	hashes := tlog.TileHashReader(tree, tiles)
	for start := int64(0); start < tree.N; start += width {
		checkBundle(tiles, hashes, tree, start)
	}
	for _, arg := range os.Args[4:] {
		index, err := strconv.ParseInt(arg, 10, 64)
		check(err)
		printProofs(hashes, tree, index)
	}
	fmt.Println("ok", tree.N)
}

func openCheckpoint(vkey, path string) tlog.Tree {
	verifier, err := note.NewVerifier(vkey)
	check(err)
	raw, err := os.ReadFile(path)
	check(err)
	opened, err := note.Open(raw, note.VerifierList(verifier))
	check(err)
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] != verifier.Name() {
		log.Fatal("not a checkpoint of this log")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	check(err)
	root, err := tlog.ParseHash(lines[2])
	check(err)
	return tlog.Tree{N: size, Hash: root}
}

func checkBundle(tiles folder, hashes tlog.HashReader, tree tlog.Tree, start int64) {
	w := int(min(width, tree.N-start))
	raw, err := os.ReadFile(tiles.path("entries", start/width, w))
	check(err)
	var indexes []int64
	for i := 0; i < w; i++ {
		indexes = append(indexes, tlog.StoredHashIndex(0, start+int64(i)))
	}
	stored, err := hashes.ReadHashes(indexes)
	check(err)
	for i := 0; i < w; i++ {
		if len(raw) < 2 || len(raw) < 2+int(binary.BigEndian.Uint16(raw)) {
			log.Fatalf("entry %d: bundle too short", start+int64(i))
		}
		end := 2 + int(binary.BigEndian.Uint16(raw))
		if tlog.RecordHash(raw[2:end]) != stored[i] {
			log.Fatalf("entry %d: not what was logged", start+int64(i))
		}
		raw = raw[end:]
	}
	if len(raw) > 0 {
		log.Fatal("bundle too long")
	}
}

func printProofs(hashes tlog.HashReader, tree tlog.Tree, index int64) {
	record, err := tlog.ProveRecord(tree.N, index, hashes)
	check(err)
	printHashes("record", index, record)
	if index == 0 {
		return
	}
	older, err := tlog.TreeHash(index, hashes)
	check(err)
	proof, err := tlog.ProveTree(tree.N, index, hashes)
	check(err)
	check(tlog.CheckTree(proof, tree.N, tree.Hash, index, older))
	printHashes("tree", index, proof)
}

func printHashes(kind string, index int64, hashes []tlog.Hash) {
	fmt.Print(kind, " ", index)
	for _, hash := range hashes {
		fmt.Print(" ", base64.StdEncoding.EncodeToString(hash[:]))
	}
	fmt.Println()
}

func min(a, b int64) int64 {
	if a < b {
		return a
	}
	return b
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
