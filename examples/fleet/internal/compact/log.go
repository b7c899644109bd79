// SPDX-License-Identifier: Apache-2.0

package compact

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/clause76/clause76/examples/fleet/internal/store"
)

// tileHeight is the height of the tiles of the log: a tile has at most 256 hashes.
const tileHeight = 8

// A grown log is a log with new leaves.
type grown struct {
	base   tlog.HashReader
	from   int64 // stored hashes in base
	hashes []tlog.Hash
}

// grow adds leaves to a log of a size.
func grow(base tlog.HashReader, size int64, leaves [][]byte) (*grown, error) {
	g := &grown{base: base, from: tlog.StoredHashCount(size)}
	for i, leaf := range leaves {
		more, err := tlog.StoredHashes(size+int64(i), leaf, g)
		if err != nil {
			return nil, err
		}
		g.hashes = append(g.hashes, more...)
	}
	return g, nil
}

// ReadHashes returns hashes of the log, see [tlog.HashReader].
func (g *grown) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	var old []int64
	for i, n := range indexes {
		if n < g.from {
			old = append(old, n)
			continue
		}
		if n-g.from >= int64(len(g.hashes)) {
			return nil, fmt.Errorf("the log has no hash %d", n)
		}
		out[i] = g.hashes[n-g.from]
	}
	if len(old) == 0 {
		return out, nil
	}
	read, err := g.base.ReadHashes(old)
	if err != nil {
		return nil, err
	}
	for i, n := range indexes {
		if n < g.from {
			out[i], read = read[0], read[1:]
		}
	}
	return out, nil
}

// writeTiles writes the tiles that a log has and did not have at an earlier size. A tile that
// exists is left as it is: its content follows from its name and the log.
func writeTiles(ctx context.Context, s store.Store, tenant string, before, size int64, hashes tlog.HashReader) error {
	for _, t := range tlog.NewTiles(tileHeight, before, size) {
		data, err := tlog.ReadTileData(t, hashes)
		if err != nil {
			return err
		}
		key := store.TileKey(tenant, t.Path())
		if o, err := s.Stat(ctx, key); err == nil && o.Size == int64(len(data)) {
			continue
		} else if err != nil && !errors.Is(err, store.ErrMissing) {
			return err
		}
		if err := s.Write(ctx, key, bytes.NewReader(data)); err != nil {
			return err
		}
	}
	return nil
}

// Tiles reads the tiles of the log of a tenant, see [tlog.TileReader]. [tlog.TileHashReader] checks
// them against the root of a commit.
type Tiles struct {
	Context context.Context
	Store   store.Store
	Tenant  string
}

// Height is the height of the tiles.
func (t *Tiles) Height() int { return tileHeight }

// ReadTiles returns the content of tiles.
func (t *Tiles) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, x := range tiles {
		data, err := store.Read(t.Context, t.Store, store.TileKey(t.Tenant, x.Path()), tlog.HashSize<<tileHeight)
		if err != nil {
			return nil, err
		}
		if len(data) != x.W*tlog.HashSize {
			return nil, fmt.Errorf("%s has %d bytes; expected %d", store.TileKey(t.Tenant, x.Path()), len(data), x.W*tlog.HashSize)
		}
		all = append(all, data)
	}
	return all, nil
}

// SaveTiles does nothing: tiles are not cached.
func (t *Tiles) SaveTiles([]tlog.Tile, [][]byte) {}
