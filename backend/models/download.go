package models

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	mark "markai/backend"
)

// Transfer asks for a file.
type Transfer struct {
	Address  string
	To       string
	Room     func(more int64) error  // whether so many more bytes may be written
	Progress func(done, total int64) // must not block
}

// Transferred is what came.
type Transferred struct {
	Bytes  int64
	SHA256 string // computed here
	Stated string // by the publisher; empty: it was not
}

// DownloadConfig is what downloads need of the world.
type DownloadConfig struct {
	// Fetch brings a file and goes on with what is there of it; Discard removes that.
	Fetch   func(ctx context.Context, t Transfer) (Transferred, error)
	Discard func(to string) error
	// Source is the address of the hub of models, or of its mirror: empty where
	// none is set. It may name where {repository} and {file} belong.
	Source func() string
	// Space is how many bytes may still be written in a folder; may be nil.
	Space func(dir string) (int64, bool)
	// Changed is told of each change; may be nil. It must not block.
	Changed func(Download)
}

// DownloadState is how a download stands.
type DownloadState string

// The states.
const (
	Waiting  DownloadState = "waiting"
	Running  DownloadState = "running"
	Paused   DownloadState = "paused"
	Checking DownloadState = "checking"
	Done     DownloadState = "done"
	Failed   DownloadState = "failed"
	Canceled DownloadState = "canceled"
)

// Download is a file of the catalogue on its way.
type Download struct {
	ID      string        `json:"id"`
	Entry   string        `json:"entry"`
	Name    string        `json:"name"`
	File    string        `json:"file"`
	State   DownloadState `json:"state"`
	Bytes   int64         `json:"bytes"`
	Total   int64         `json:"total"` // 0: not known
	Rate    float64       `json:"rate"`  // bytes a second
	Left    time.Duration `json:"left"`  // 0: not known
	Problem string        `json:"problem,omitempty"`
	Model   string        `json:"model,omitempty"` // ID of what was installed
}

// Downloads brings models of the catalogue, one after the other, while Run runs.
// What it was doing when the program ended is paused when it starts again.
type Downloads struct {
	library *Library
	cfg     DownloadConfig
	wake    chan struct{} // holds a token when there may be something to do

	mu   sync.Mutex // guards what follows
	jobs []*download
}

// download is a Download and what is done about it. The mutex guards it.
type download struct {
	Download
	entry EntryFile
	of    Entry
	stop  context.CancelFunc // of the transfer under way; nil: none is
	next  DownloadState      // what stop is to lead to
}

// reserve is what a download leaves of a disk, in bytes: stores cannot be read
// on a full one.
const reserve = 1 << 30

// NewDownloads returns the downloads of a library, with those that an earlier
// run left unfinished.
func NewDownloads(l *Library, cfg DownloadConfig) *Downloads {
	d := &Downloads{library: l, cfg: cfg, wake: make(chan struct{}, 1)}
	d.jobs = d.left()
	return d
}

// staging is the folder of what is on its way.
func (l *Library) staging() string { return filepath.Join(l.own, ".incoming") }

// job is the file that says what a download is of.
type job struct {
	Entry string `json:"entry"`
	File  string `json:"file"`
}

func (d *Downloads) jobPath(id string) string {
	return filepath.Join(d.library.staging(), id+".job.json")
}

// target is where a download's file arrives.
func (d *Downloads) target(j *download) string {
	return filepath.Join(d.library.staging(), j.File)
}

// left finds what an earlier run did not finish.
func (d *Downloads) left() []*download {
	names, err := os.ReadDir(d.library.staging())
	c, bad := ReadCatalogue()
	if d.library.own == "" || err != nil || bad != nil {
		return nil
	}
	var out []*download
	for _, n := range names {
		if !strings.HasSuffix(n.Name(), ".job.json") {
			continue
		}
		var was job
		raw, err := readSmall(filepath.Join(d.library.staging(), n.Name()))
		if err != nil || json.Unmarshal(raw, &was) != nil {
			continue
		}
		e, f, err := c.Find(was.Entry, was.File)
		if err != nil || was.File == "" {
			continue // of a catalogue that is no more
		}
		j := newDownload(e, f)
		j.State = Paused
		if st, err := os.Stat(d.target(j) + ".part"); err == nil {
			j.Bytes = st.Size()
		}
		out = append(out, j)
	}
	return out
}

func newDownload(e Entry, f EntryFile) *download {
	return &download{of: e, entry: f, Download: Download{
		ID: e.ID + "." + f.Type, Entry: e.ID, Name: e.Name + " " + strings.ToUpper(f.Type), File: f.File, State: Waiting, Total: f.Bytes,
	}}
}

// List returns the downloads, those of this run that are over included.
func (d *Downloads) List() []Download {
	d.mu.Lock()
	defer d.mu.Unlock()
	out := make([]Download, 0, len(d.jobs))
	for _, j := range d.jobs {
		out = append(out, j.Download)
	}
	return out
}

// Start begins to bring a file of the catalogue, or goes on with it; Run does the
// work. accepts says that the person accepts its licence. Errors: NotFound,
// Exists for what is installed, Forbidden where no address is set or the licence
// is not accepted.
func (d *Downloads) Start(entry, file string, accepts bool) (Download, error) {
	j, err := d.enqueue(entry, file, accepts, func(*download) {})
	if err != nil {
		return Download{}, err
	}
	d.poke()
	return d.tell(j), nil
}

// Bring is Start that does the work itself and waits for it. Errors: those of
// Start and of the transfer, TooBusy where Run is at it.
func (d *Downloads) Bring(ctx context.Context, entry, file string, accepts bool) (Model, error) {
	var own context.Context
	j, err := d.enqueue(entry, file, accepts, func(j *download) {
		if j.State == Waiting {
			own = d.begin(ctx, j)
		}
	})
	switch {
	case err != nil:
		return Model{}, err
	case own == nil:
		return Model{}, mark.Errorf(mark.TooBusy, "%s is on its way already.", j.Name)
	}
	return d.work(own, j)
}

// enqueue adds a download, durable before it is acknowledged, or lets the one
// that is there go on. then sees it before anybody else does.
func (d *Downloads) enqueue(entry, file string, accepts bool, then func(*download)) (*download, error) {
	c, err := ReadCatalogue()
	if err != nil {
		return nil, err
	}
	e, f, err := c.Find(entry, file)
	if err != nil {
		return nil, err
	}
	if _, err := d.address(e, f); err != nil {
		return nil, err
	}
	if _, err := d.library.place(f.File); err != nil {
		return nil, err
	}
	if err := d.library.accept(c.Licence(e.Licence), accepts); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(d.library.staging(), 0o700); err != nil {
		return nil, fmt.Errorf("make the folder of what is on its way: %w", err)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	j := newDownload(e, f)
	if err := writeJSON(d.jobPath(j.ID), job{e.ID, f.File}); err != nil {
		return nil, err
	}
	i := slices.IndexFunc(d.jobs, func(other *download) bool { return other.ID == j.ID })
	if i < 0 {
		d.jobs = append(d.jobs, j)
	} else if j = d.jobs[i]; !j.going() {
		j.State, j.Problem, j.Model = Waiting, "", ""
	}
	then(j)
	return j, nil
}

// going reports whether something is being done, or is next.
func (j *download) going() bool {
	return j.State == Waiting || j.State == Running || j.State == Checking
}

// Act does "pause", "resume" or "cancel" with a download. Errors: NotFound,
// Invalid.
func (d *Downloads) Act(id, action string) (Download, error) {
	d.mu.Lock()
	i := slices.IndexFunc(d.jobs, func(j *download) bool { return j.ID == id })
	if i < 0 {
		d.mu.Unlock()
		return Download{}, mark.Errorf(mark.NotFound, "There is no such download any more.")
	}
	j := d.jobs[i]
	var err error
	switch action {
	case "pause":
		d.halt(j, Paused)
	case "cancel":
		if d.halt(j, Canceled) {
			err = d.forget(j)
		}
	case "resume":
		if j.State == Paused || j.State == Failed {
			j.State, j.Problem = Waiting, ""
		}
	default:
		err = mark.Errorf(mark.Invalid, "A download can be paused, resumed or cancelled, not %q.", action)
	}
	d.mu.Unlock()
	if err != nil {
		return Download{}, err
	}
	d.poke()
	return d.tell(j), nil
}

// halt leads a download to a state in which nothing is done, and reports whether
// that is so now; a transfer under way ends first. The caller holds mu.
func (d *Downloads) halt(j *download, to DownloadState) bool {
	switch {
	case j.stop != nil:
		j.next = to
		j.stop()
		return false
	case j.State == Done || j.State == Canceled:
		return false
	}
	j.State, j.Rate, j.Left = to, 0, 0
	return true
}

// forget removes what is there of a download. The caller holds mu, or nobody
// else has the download.
func (d *Downloads) forget(j *download) error {
	return errors.Join(d.cfg.Discard(d.target(j)), removeFile(d.target(j)), removeFile(d.jobPath(j.ID)))
}

// poke lets Run look for something to do.
func (d *Downloads) poke() {
	select {
	case d.wake <- struct{}{}:
	default:
	}
}

// tell reports how a download stands.
func (d *Downloads) tell(j *download) Download {
	d.mu.Lock()
	now := j.Download
	d.mu.Unlock()
	if d.cfg.Changed != nil {
		d.cfg.Changed(now)
	}
	return now
}

// Run does what there is to do until ctx ends.
func (d *Downloads) Run(ctx context.Context) error {
	_ = d.library.Tidy() // what cannot be removed stays, and is tried again at the next start
	for ctx.Err() == nil {
		if own, j := d.take(ctx); j != nil {
			_, _ = d.work(own, j) // the download says how it ended
			continue
		}
		select {
		case <-ctx.Done():
		case <-d.wake:
		}
	}
	return nil
}

// take chooses what is done next and returns the context that it is done under;
// nil where there is nothing.
func (d *Downloads) take(ctx context.Context) (context.Context, *download) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, j := range d.jobs {
		if j.State == Waiting {
			return d.begin(ctx, j), j
		}
	}
	return nil, nil
}

// begin marks a download as being done and returns the context that it is done
// under. The caller holds mu, and calls work.
func (d *Downloads) begin(ctx context.Context, j *download) context.Context {
	ctx, j.stop = context.WithCancel(ctx)
	j.State, j.next = Running, Paused // as it is when the program ends
	return ctx
}

// work brings one file.
func (d *Downloads) work(ctx context.Context, j *download) (Model, error) {
	d.tell(j)
	m, err := d.bring(ctx, j)
	d.mu.Lock()
	j.stop()
	j.stop, j.Rate, j.Left = nil, 0, 0
	switch {
	case err == nil:
		j.State, j.Model, j.Bytes = Done, m.ID, m.Bytes
	case errors.Is(err, context.Canceled):
		if j.State = j.next; j.State == Canceled {
			err = errors.Join(err, d.forget(j))
		}
	default:
		j.State, j.Problem = Failed, mark.MessageOf(err)
	}
	d.mu.Unlock()
	d.tell(j)
	return m, err
}

// address is where a file of the catalogue lies.
func (d *Downloads) address(e Entry, f EntryFile) (string, error) {
	source := strings.TrimSpace(d.cfg.Source())
	if source == "" {
		return "", mark.Errorf(mark.Forbidden, "Nothing is downloaded: no address of a hub of models is set. Set models.source and network.hosts in Settings, or import the file.")
	}
	if !strings.Contains(source, "{file}") {
		source = strings.TrimRight(source, "/") + "/{repository}/resolve/main/{file}"
	}
	where := strings.NewReplacer("{repository}", e.Repository, "{file}", url.PathEscape(f.File)).Replace(source)
	if u, err := url.Parse(where); err != nil || u.Scheme != "https" || u.Host == "" {
		return "", mark.Errorf(mark.Invalid, "The setting models.source is no address that begins with https://. Correct it in Settings.")
	}
	return where, nil
}

// bring transfers, checks and installs one file.
func (d *Downloads) bring(ctx context.Context, j *download) (Model, error) {
	where, err := d.address(j.of, j.entry)
	if err != nil {
		return Model{}, err
	}
	to, err := d.library.place(j.File)
	if err != nil {
		return Model{}, err
	}
	staged := d.target(j)
	if err := os.MkdirAll(filepath.Dir(staged), 0o700); err != nil {
		return Model{}, fmt.Errorf("make the folder of what is on its way: %w", err)
	}
	got, err := d.transfer(ctx, j, where, staged)
	if err != nil {
		return Model{}, err
	}
	d.mu.Lock()
	j.State, j.Bytes, j.Total = Checking, got.Bytes, got.Bytes
	d.mu.Unlock()
	d.tell(j)
	if err := sound(staged, j.File); err != nil {
		return Model{}, errors.Join(err, d.forget(j))
	}
	note := origin{Entry: j.of.ID, Publisher: j.of.Publisher, Repository: j.of.Repository, Licence: j.of.Licence, Stated: got.Stated, At: time.Now().UTC()}
	if err := writeJSON(originPath(to), note); err != nil {
		return Model{}, err
	}
	if err := settle(staged, to, got.SHA256); err != nil {
		return Model{}, err
	}
	if err := d.forget(j); err != nil {
		return Model{}, err
	}
	return d.library.Find("", idOf(to))
}

// transfer is Fetch with its progress told.
func (d *Downloads) transfer(ctx context.Context, j *download, where, to string) (Transferred, error) {
	var p pace
	return d.cfg.Fetch(ctx, Transfer{Address: where, To: to, Room: func(more int64) error { return d.room(filepath.Dir(to), more) },
		Progress: func(done, total int64) {
			rate, told := p.at(time.Now(), done)
			if !told && done < total {
				return
			}
			d.mu.Lock()
			j.Bytes, j.Total, j.Rate, j.Left = done, total, rate, 0
			if rate > 0 {
				j.Left = time.Duration(float64(total-done) / rate * float64(time.Second))
			}
			d.mu.Unlock()
			d.tell(j)
		}})
}

// room reports whether so many more bytes can be written.
func (d *Downloads) room(dir string, more int64) error {
	if d.cfg.Space == nil {
		return nil
	}
	free, ok := d.cfg.Space(dir)
	if !ok || more <= free-reserve {
		return nil
	}
	return mark.Errorf(mark.DiskFull, "The download needs %s more and %s are free on the disk, of which %s stay free. Free some space, then go on.",
		amount(more), amount(max(free, 0)), amount(reserve))
}
