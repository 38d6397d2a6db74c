package worker_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	mark "markai/backend"
	"markai/backend/worker"
)

// TestMain lets the test binary be its own worker.
func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == "worker" {
		worker.Main(os.Args[2], worker.Merge(testHandlers, worker.ParserHandlers("lined", openLined)))
	}
	if len(os.Args) == 2 && os.Args[1] == "parent" {
		beParent()
	}
	os.Exit(m.Run())
}

// beParent starts a worker, tells its process id and hangs, as its worker does.
func beParent() {
	p, err := worker.Start(context.Background(), worker.Spec{Kind: "test"})
	if err != nil {
		os.Exit(1)
	}
	go p.Call(context.Background(), "hang", nil, nil, nil) //nolint:errcheck // it never ends
	fmt.Println(p.PID())
	select {}
}

type text struct{ S string }
type number struct{ N int }

var testHandlers = worker.Handlers{
	"echo": func(_ context.Context, c *worker.Call) error {
		var t text
		if err := c.Decode(&t); err != nil {
			return err
		}
		return c.Reply(t, c.Body())
	},
	"fail": func(context.Context, *worker.Call) error {
		return mark.Errorf(mark.NeedsPassword, "This file needs a password.")
	},
	"broken": func(context.Context, *worker.Call) error { return errors.New("the client's secret") },
	"silent": func(context.Context, *worker.Call) error { return nil },
	"panic":  func(context.Context, *worker.Call) error { panic("boom") },
	"exit":   func(context.Context, *worker.Call) error { os.Exit(3); return nil },
	"hang":   func(context.Context, *worker.Call) error { select {} },
	"sleep": func(ctx context.Context, c *worker.Call) error {
		<-ctx.Done()
		return ctx.Err()
	},
	"count": func(_ context.Context, c *worker.Call) error {
		var n number
		if err := c.Decode(&n); err != nil {
			return err
		}
		for i := range n.N {
			if err := c.Send(number{i}, nil); err != nil {
				return err
			}
		}
		return c.Reply(number{n.N}, nil)
	},
	"forever": func(_ context.Context, c *worker.Call) error {
		for i := 0; ; i++ {
			if err := c.Send(number{i}, nil); err != nil {
				lastForever <- err
				return err
			}
		}
	},
	"ended": func(_ context.Context, c *worker.Call) error { return c.Reply(text{(<-lastForever).Error()}, nil) },
	"sum": func(_ context.Context, c *worker.Call) error {
		data, err := io.ReadAll(io.NewSectionReader(c.File(), 0, c.File().Size()))
		if err != nil {
			return err
		}
		return c.Reply(number{len(data)}, data)
	},
	"grow": func(context.Context, *worker.Call) error {
		var held [][]byte
		for {
			held = append(held, bytes.Repeat([]byte{1}, 8<<20))
			time.Sleep(5 * time.Millisecond)
			runtime.KeepAlive(held)
		}
	},
	"hold": func(_ context.Context, c *worker.Call) error {
		var n number
		if err := c.Decode(&n); err != nil {
			return err
		}
		held = bytes.Repeat([]byte{1}, n.N<<20)
		return nil
	},
	"dial": func(_ context.Context, c *worker.Call) error {
		_, err := net.Dial("tcp", "127.0.0.1:1")
		return c.Reply(text{fmt.Sprint(err)}, nil)
	},
	"exec": func(_ context.Context, c *worker.Call) error {
		return c.Reply(text{fmt.Sprint(exec.Command("/bin/true").Run())}, nil)
	},
	"write": func(_ context.Context, c *worker.Call) error {
		var t text
		if err := c.Decode(&t); err != nil {
			return err
		}
		return c.Reply(text{fmt.Sprint(os.WriteFile(t.S, []byte("x"), 0o600))}, nil)
	},
	"print": func(_ context.Context, c *worker.Call) error {
		fmt.Println("native code writes to standard output")
		os.NewFile(1, "stdout").WriteString("and so does this\n") //nolint:errcheck // the point is that it harms nothing
		return c.Reply(nil, nil)
	},
}

var held []byte // of "hold"

var lastForever = make(chan error, 1)

func start(t *testing.T, s worker.Spec) *worker.Process {
	t.Helper()
	s.Kind = "test"
	p, err := worker.Start(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	return p
}

func TestCallBringsMessageAndBodyBack(t *testing.T) {
	p := start(t, worker.Spec{})
	body := bytes.Repeat([]byte("page "), 1_000_000)
	var got text
	back, err := p.Call(t.Context(), "echo", text{"§ 12"}, body, &got)
	if err != nil || got.S != "§ 12" || !bytes.Equal(back, body) {
		t.Fatalf("got %q, %d bytes, %v", got.S, len(back), err)
	}
	if _, err := p.Call(t.Context(), "silent", nil, nil, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Call(t.Context(), "print", nil, nil, nil); err != nil {
		t.Fatal("what native code prints breaks the protocol:", err)
	}
}

func TestErrorCrossesWithCodeAndSentenceOnly(t *testing.T) {
	p := start(t, worker.Spec{})
	for method, want := range map[string]mark.Code{"fail": mark.NeedsPassword, "broken": mark.Internal, "unknown": mark.Unsupported} {
		_, err := p.Call(t.Context(), method, nil, nil, nil)
		if mark.CodeOf(err) != want || mark.MessageOf(err) == "" {
			t.Errorf("%s: %v", method, err)
		}
		if strings.Contains(err.Error(), "secret") {
			t.Errorf("the cause crossed: %v", err)
		}
	}
}

func TestManyCallsShareOneProcess(t *testing.T) {
	p := start(t, worker.Spec{})
	var wg sync.WaitGroup
	for i := range 50 {
		wg.Go(func() {
			var got text
			want := fmt.Sprint("call ", i)
			if _, err := p.Call(t.Context(), "echo", text{want}, nil, &got); err != nil || got.S != want {
				t.Errorf("%q, %v", got.S, err)
			}
		})
	}
	wg.Wait()
}

func TestStreamBringsEveryMessageInOrder(t *testing.T) {
	p := start(t, worker.Spec{})
	i := 0
	for m, err := range p.Stream(t.Context(), "count", number{1000}, nil) {
		if err != nil {
			t.Fatal(err)
		}
		var n number
		if err := m.Decode(&n); err != nil || n.N != i {
			t.Fatalf("message %d is %d, %v", i, n.N, err)
		}
		if m.Last != (i == 1000) {
			t.Fatalf("message %d: last %v", i, m.Last)
		}
		i++
		if i == 100 {
			time.Sleep(100 * time.Millisecond) // a slow reader holds the writer up, nothing else
			if _, err := p.Call(t.Context(), "silent", nil, nil, nil); err != nil {
				t.Fatal(err)
			}
		}
	}
	if i != 1001 {
		t.Fatal("messages:", i)
	}
}

func TestBreakingOutOfStreamCancelsHandler(t *testing.T) {
	p := start(t, worker.Spec{})
	for _, err := range p.Stream(t.Context(), "forever", nil, nil) {
		if err != nil {
			t.Fatal(err)
		}
		break
	}
	var got text
	if _, err := p.Call(t.Context(), "ended", nil, nil, &got); err != nil || !strings.Contains(got.S, "canceled") {
		t.Fatalf("%q, %v", got.S, err)
	}
}

func TestCancelledCallReturnsAtOnceAndProcessLivesOn(t *testing.T) {
	p := start(t, worker.Spec{})
	for _, method := range []string{"sleep", "hang"} {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		began := time.Now()
		_, err := p.Call(ctx, method, nil, nil, nil)
		cancel()
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(began) > time.Second {
			t.Fatalf("%s: %v after %s", method, err, time.Since(began))
		}
	}
	if _, err := p.Call(t.Context(), "silent", nil, nil, nil); err != nil {
		t.Fatal(err)
	}
}

func TestDeadChildIsCrashed(t *testing.T) {
	for _, method := range []string{"exit", "panic", "grow"} {
		t.Run(method, func(t *testing.T) {
			if method == "grow" && runtime.GOOS != "linux" {
				t.Skip("the memory of a child is watched on Linux only")
			}
			p := start(t, worker.Spec{MemoryLimit: 200 << 20})
			_, err := p.Call(t.Context(), method, nil, nil, nil)
			if mark.CodeOf(err) != mark.Crashed {
				t.Fatal(err)
			}
			<-p.Done()
			if _, err := p.Call(t.Context(), "silent", nil, nil, nil); mark.CodeOf(err) != mark.Crashed {
				t.Fatal("a call of a dead child:", err)
			}
		})
	}
}

func TestCloseEndsChildThatHangs(t *testing.T) {
	p := start(t, worker.Spec{})
	done := make(chan error, 1)
	go func() { _, err := p.Call(t.Context(), "hang", nil, nil, nil); done <- err }()
	time.Sleep(50 * time.Millisecond)
	p.Close()
	if err := <-done; mark.CodeOf(err) != mark.Crashed {
		t.Fatal(err)
	}
}

func TestChildReadsCallersFileOverThePipe(t *testing.T) {
	p := start(t, worker.Spec{})
	for _, size := range []int{0, 1, 256 << 10, 256<<10 + 1, 3_000_000} {
		data := make([]byte, size)
		for i := range data {
			data[i] = byte(i * 7)
		}
		var n number
		got, err := p.Call(t.Context(), "sum", nil, nil, &n, worker.WithFile(bytes.NewReader(data), int64(size)))
		if err != nil || n.N != size || !bytes.Equal(got, data) {
			t.Fatalf("%d bytes: %d, %v", size, n.N, err)
		}
	}
	_, err := p.Call(t.Context(), "sum", nil, nil, nil, worker.WithFile(brokenFile{}, 10))
	if mark.CodeOf(err) != mark.Damaged {
		t.Fatal(err)
	}
	_, err = p.Call(t.Context(), "sum", nil, nil, nil, worker.WithFile(strings.NewReader("short"), 10))
	if err == nil {
		t.Fatal("a file shorter than its size was read")
	}
}

type brokenFile struct{}

func (brokenFile) ReadAt([]byte, int64) (int, error) {
	return 0, mark.Errorf(mark.Damaged, "The stored file is damaged.")
}

func TestChildHasNoNetworkAndStartsNothing(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux confines workers")
	}
	p := start(t, worker.Spec{})
	for _, method := range []string{"dial", "exec"} {
		var got text
		if _, err := p.Call(t.Context(), method, nil, nil, &got); err != nil || !strings.Contains(got.S, "operation not permitted") {
			t.Errorf("%s: %q, %v", method, got.S, err)
		}
	}
}

func TestChildWritesOnlyWhereItMay(t *testing.T) {
	if _, err := os.Stat("/sys/kernel/security/landlock"); err != nil && !landlocked(t) {
		t.Skip("this kernel has no Landlock")
	}
	open, shut := t.TempDir(), t.TempDir()
	p := start(t, worker.Spec{WriteDirs: []string{open}})
	var got text
	if _, err := p.Call(t.Context(), "write", text{filepath.Join(open, "a")}, nil, &got); err != nil || got.S != "<nil>" {
		t.Error("in its directory:", got.S, err)
	}
	if _, err := p.Call(t.Context(), "write", text{filepath.Join(shut, "a")}, nil, &got); err != nil || !strings.Contains(got.S, "permission denied") {
		t.Error("elsewhere:", got.S, err)
	}
}

func landlocked(t *testing.T) bool {
	data, _ := os.ReadFile("/sys/kernel/security/lsm")
	t.Log("security modules:", string(data))
	return strings.Contains(string(data), "landlock")
}

func TestChildEndsWithItsParentEvenWhenBothHang(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, "parent")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var pid int
	if _, err := fmt.Fscan(out, &pid); err != nil {
		t.Fatal(err)
	}
	cmd.Process.Kill()
	cmd.Wait() //nolint:errcheck // it was killed
	child, err := os.FindProcess(pid)
	if err != nil {
		return // gone, as Windows tells it
	}
	for range 500 {
		if child.Signal(syscall.Signal(0)) != nil || zombie(pid) {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatal("the child lives on")
}

// zombie reports whether a process has ended but nobody has asked yet.
func zombie(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err == nil && strings.Contains(string(stat), ") Z ")
}

func TestProgramThatIsNoWorkerIsUnavailable(t *testing.T) {
	for _, name := range []string{"/bin/true", "/nonexistent/program"} {
		_, err := worker.Start(t.Context(), worker.Spec{Kind: "test", Executable: name})
		if mark.CodeOf(err) != mark.Unavailable {
			t.Errorf("%s: %v", name, err)
		}
	}
	if sleep, err := exec.LookPath("cat"); err == nil {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		if _, err := worker.Start(ctx, worker.Spec{Kind: "test", Executable: sleep}); err == nil {
			t.Error("cat is a worker")
		}
	}
}
