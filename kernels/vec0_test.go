//go:build cgo && libsqlite3

package kernels

import (
	"database/sql"
	"fmt"
	"math/rand/v2"
	"testing"

	vec "github.com/asg017/sqlite-vec-go-bindings/cgo"
	_ "github.com/mattn/go-sqlite3"
)

// BenchmarkVec0 is the same search by sqlite-vec, in an unencrypted database
// in memory.
func BenchmarkVec0(b *testing.B) {
	vec.Auto()
	for _, n := range benchSizes(b) {
		r := rand.New(rand.NewPCG(1, 2))
		db, err := sql.Open("sqlite3", "file::memory:")
		if err != nil {
			b.Fatal(err)
		}
		defer db.Close()
		db.SetMaxOpenConns(1) // each connection would have a memory of its own
		code := func() []byte {
			codes := make([]int8, benchDim)
			Best().Quantise(codes, gauss(r, benchDim))
			raw := make([]byte, benchDim)
			for i, c := range codes {
				raw[i] = byte(c)
			}
			return raw
		}
		var stock [][]byte
		for range 1000 {
			stock = append(stock, code())
		}
		must := func(q string, args ...any) {
			if _, err := db.Exec(q, args...); err != nil {
				b.Fatal(err)
			}
		}
		must(fmt.Sprintf("CREATE VIRTUAL TABLE nearest USING vec0 (code int8[%d] distance_metric=cosine)", benchDim))
		must("BEGIN")
		insert, err := db.Prepare("INSERT INTO nearest (rowid, code) VALUES (?, vec_int8(?))")
		if err != nil {
			b.Fatal(err)
		}
		for i := range n {
			if _, err := insert.Exec(i+1, stock[i%len(stock)]); err != nil {
				b.Fatal(err)
			}
		}
		must("COMMIT")
		query := code()
		b.Run(fmt.Sprintf("passages=%d", n), func(b *testing.B) {
			for b.Loop() {
				rows, err := db.Query("SELECT rowid FROM nearest WHERE code MATCH vec_int8(?) AND k = 50", query)
				if err != nil {
					b.Fatal(err)
				}
				found := 0
				for rows.Next() {
					found++
				}
				if err := rows.Err(); err != nil || found != 50 {
					b.Fatalf("%d rows, %v", found, err)
				}
			}
			perRow(b, n)
		})
	}
}
