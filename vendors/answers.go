// SPDX-License-Identifier: Apache-2.0

package vendors

import "sync"

// answers remembers what [Register.MayMatch] said about short names of makers, because document after
// document has the same ones. It has a fixed size, and a name takes the place of another one. An
// answer depends on nothing but the register and the question, which is compared in full. It is
// safe for concurrent use, and the zero answers is empty.
type answers struct {
	shards [answerShards]answerShard
}

type answerShard struct {
	mu      sync.Mutex
	entries []answer // made on first use
}

type answer struct {
	role  Role
	n     uint8 // length of the name; 0 if the place is free
	may   bool
	value [answerLength]byte
}

const (
	answerShards = 64
	answerPlaces = 64 // of a shard
	answerLength = 46 // bytes of the longest name that is remembered
)

// remembers reports whether a question is remembered. Those of other kinds are answered faster.
func remembers(kind Kind, value []byte) bool {
	return kind == KindName && len(value) > 0 && len(value) <= answerLength
}

// ask returns the answer that is remembered, or that of may.
func (a *answers) ask(role Role, value []byte, may func(*index, Role, Kind, []byte) bool, x *index) bool {
	h := uint64(14695981039346656037) // FNV-1a
	for _, b := range value {
		h = (h ^ uint64(b)) * 1099511628211
	}
	h ^= h >> 32
	shard, place := &a.shards[h%answerShards], h/answerShards%answerPlaces
	shard.mu.Lock()
	if shard.entries == nil {
		shard.entries = make([]answer, answerPlaces)
	}
	if e := &shard.entries[place]; int(e.n) == len(value) && string(e.value[:e.n]) == string(value) && e.role == role {
		known := e.may
		shard.mu.Unlock()
		return known
	}
	shard.mu.Unlock()
	found := may(x, role, KindName, value)
	shard.mu.Lock()
	e := &shard.entries[place]
	e.role, e.n, e.may = role, uint8(len(value)), found
	copy(e.value[:], value)
	shard.mu.Unlock()
	return found
}
