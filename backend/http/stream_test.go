package http

import (
	"bufio"
	"fmt"
	"net"
	"runtime"
	"strings"
	"testing"
	"time"

	"markai/backend/desk"
	"markai/backend/wire"
)

// used is the memory that the heap and the stacks of this process take.
func used() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapInuse + m.StackInuse
}

func TestAThousandIdleStreamsCostLittle(t *testing.T) {
	const streams, most = 1000, 50 << 20
	l, err := Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	d := desk.New(desk.Deps{Settings: noSettings{}})
	s := New(Config{Desk: d, Token: "secret"})
	done := make(chan error, 1)
	ctx := t.Context()
	go func() { done <- s.Serve(ctx, l) }()
	before := used()
	var conns []net.Conn
	var readers []*bufio.Reader
	t.Cleanup(func() {
		for _, c := range conns {
			c.Close()
		}
		<-done
	})
	for range streams {
		c, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		conns = append(conns, c)
		fmt.Fprintf(c, "GET /api/events HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer secret\r\n\r\n", l.Addr())
		// As small as a reader can be: the server's memory is meant.
		readers = append(readers, bufio.NewReaderSize(c, 16))
	}
	line := func(i int, want string) {
		t.Helper()
		conns[i].SetReadDeadline(time.Now().Add(time.Minute))
		for {
			got, err := readers[i].ReadString('\n')
			if err != nil {
				t.Fatalf("stream %d: %v", i, err)
			}
			if strings.HasPrefix(got, want) {
				return
			}
		}
	}
	for i := range streams {
		line(i, ": beat")
	}
	cost := used() - before
	t.Logf("%d idle streams take %.1f MB", streams, float64(cost)/(1<<20))
	if cost > most {
		t.Errorf("%d idle streams take %d bytes, more than %d", streams, cost, most)
	}
	d.DownloadChanged(wire.Download{ID: "1"})
	for i := range streams {
		line(i, `data: {"kind":"download"`)
	}
}
