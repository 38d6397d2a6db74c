//go:build cgo && libsqlite3

package kernels

import (
	"database/sql"
	"fmt"
	"time"
	"unsafe"

	vec "github.com/asg017/sqlite-vec-go-bindings/cgo"
	_ "github.com/mattn/go-sqlite3"
)

// vec0Most is how many vectors sqlite-vec is measured with: of more, the time
// it takes to fill the table says nothing new.
const vec0Most = 1_000_000

func init() {
	peers = append(peers, func(m *measurement) {
		if m.n > vec0Most {
			return
		}
		vec.Auto()
		for _, kind := range []string{"float", "int8", "bit"} {
			m.vec0(kind)
		}
	})
}

// vec0 measures sqlite-vec in an unencrypted database in memory.
func (m *measurement) vec0(kind string) {
	db, err := sql.Open("sqlite3", "file::memory:")
	if err != nil {
		m.t.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1) // each connection would have a memory of its own
	metric := map[string]string{"float": " distance_metric=cosine", "int8": " distance_metric=cosine", "bit": ""}[kind]
	function := map[string]string{"float": "vec_f32", "int8": "vec_int8", "bit": "vec_bit"}[kind]
	encode := func(v []float32) []byte {
		switch kind {
		case "int8":
			codes := make([]int8, len(v))
			Best().Quantise(codes, v)
			return unsafe.Slice((*byte)(unsafe.Pointer(&codes[0])), len(codes))
		case "bit":
			bits := make([]uint64, len(v)/64)
			Best().Signs(bits, v)
			return unsafe.Slice((*byte)(unsafe.Pointer(&bits[0])), len(v)/8)
		}
		return unsafe.Slice((*byte)(unsafe.Pointer(&v[0])), 4*len(v))
	}
	began := time.Now()
	must := func(_ sql.Result, err error) {
		if err != nil {
			m.t.Fatal(err)
		}
	}
	must(db.Exec(fmt.Sprintf("CREATE VIRTUAL TABLE nearest USING vec0 (code %s[%d]%s)", kind, benchDim, metric)))
	must(db.Exec("BEGIN"))
	insert, err := db.Prepare("INSERT INTO nearest (rowid, code) VALUES (?, " + function + "(?))")
	if err != nil {
		m.t.Fatal(err)
	}
	id := 0
	for v := range floatsIn(m.t, m.path) {
		id++ // sqlite-vec's first row is 1
		must(insert.Exec(id, encode(v)))
	}
	must(db.Exec("COMMIT"))
	size := map[string]float64{"float": 4 * benchDim, "int8": benchDim, "bit": benchDim / 8}[kind]
	x := measured{how: "sqlite-vec: " + kind, percent: 100, bytes: size, note: fmt.Sprintf("made in %.1f s", time.Since(began).Seconds())}
	for _, question := range m.questions[:min(10, len(m.questions))] {
		began := time.Now()
		rows, err := db.Query("SELECT rowid FROM nearest WHERE code MATCH "+function+"(?) AND k = ?", encode(question), measuredHits)
		if err != nil {
			m.t.Fatal(err)
		}
		var ids []int64
		for rows.Next() {
			var id int64
			if err := rows.Scan(&id); err != nil {
				m.t.Fatal(err)
			}
			ids = append(ids, id-1)
		}
		if err := rows.Err(); err != nil {
			m.t.Fatal(err)
		}
		x.times, x.hits = append(x.times, time.Since(began)), append(x.hits, ids)
	}
	m.line(x)
}
