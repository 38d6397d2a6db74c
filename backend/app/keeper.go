package app

import (
	"context"
	"math"
	"strings"
	"time"

	mark "markai/backend"
	"markai/backend/device"
	"markai/backend/dial"
	"markai/backend/fetch"
	"markai/backend/models"
	"markai/backend/vault"
	"markai/backend/wire"
)

// newDownloads returns what brings models from hosts that the settings allow.
func (a *App) newDownloads() *models.Downloads {
	f := fetch.New(dial.New(dial.Policy{
		Hosts:  func() []string { return strings.Split(a.settings.now().Network.Hosts, ",") },
		Record: recorder(a.vault),
	}))
	return models.NewDownloads(a.engines.library, models.DownloadConfig{
		Fetch: func(ctx context.Context, t models.Transfer) (models.Transferred, error) {
			got, err := f.Fetch(ctx, fetch.Want{Address: t.Address, To: t.To, Room: t.Room, Progress: t.Progress})
			return models.Transferred(got), err
		},
		Discard: fetch.Discard,
		Source:  func() string { return a.settings.now().Models.Source },
		Space:   device.Space,
		Changed: func(d models.Download) {
			a.Desk.DownloadChanged(wireDownload(d))
			if d.State == models.Done {
				a.Desk.ModelsChanged()
			}
		},
	})
}

// recorder keeps attempts to connect in the audit trail, whether the module that
// keeps what people do is on or not. While the vault is locked there is none, and
// nothing is connected to.
func recorder(v *vault.Vault) func(context.Context, dial.Attempt) error {
	return func(ctx context.Context, at dial.Attempt) error {
		r, err := v.Registry()
		if err != nil {
			return err
		}
		action := "network.refuse"
		if at.Allowed {
			action = "network.connect"
		}
		return r.Audit(ctx, mark.AuditEntry{User: localUser, Action: action, Object: at.Host})
	}
}

// localUser is who uses the program on this machine.
const localUser = "local"

// keeperPort is what is known of models, in the words of the window.
type keeperPort struct{ a *App }

// Catalogue implements desk.Keeper.
func (p keeperPort) Catalogue(context.Context) (wire.Catalogue, error) {
	return Catalogue(p.a.engines.library, p.a.settings.now().Models.Source)
}

// Catalogue is what can be had, as it would run on this machine.
func Catalogue(l *models.Library, source string) (wire.Catalogue, error) {
	c, err := models.ReadCatalogue()
	if err != nil {
		return wire.Catalogue{}, err
	}
	here, err := l.List()
	if err != nil {
		return wire.Catalogue{}, err
	}
	installed := map[string]string{}
	for _, m := range here {
		if m.Path != "" {
			installed[m.File()] = m.ID
		}
	}
	m := device.Read()
	out := wire.Catalogue{Entries: []wire.CatalogueEntry{}, Source: source, MemoryBytes: m.Memory, FreeBytes: m.Free}
	out.DiskBytes, _ = device.Space(l.Folder())
	accepted := l.Accepted()
	for _, e := range c.Models {
		lic := c.Licence(e.Licence)
		_, yes := accepted[lic.Name]
		w := wire.CatalogueEntry{
			ID: e.ID, Family: e.Family, Name: e.Name, Publisher: e.Publisher, Repository: e.Repository, Role: string(e.Role),
			Licence:    wire.Licence{Name: lic.Name, Text: lic.Text, Accept: lic.Accept, Accepted: yes},
			Parameters: int64(e.Parameters), Context: e.Context, Capabilities: e.Abilities, About: e.About, Files: []wire.CatalogueFile{},
		}
		suggested := e.Suggested(m.Free)
		for _, f := range e.Files {
			needs := e.Needs(f, m.Free)
			w.Files = append(w.Files, wire.CatalogueFile{
				File: f.File, Type: f.Type, Bytes: f.Bytes, Estimate: e.Bytes(f), Installed: installed[f.File], Needs: wireNeeds(needs),
				Fits: needs[0].Fits, Advice: models.Advise(needs, m.Free), Suggested: f.File == suggested,
			})
		}
		out.Entries = append(out.Entries, w)
	}
	return out, nil
}

func wireNeeds(needs []models.MemoryNeed) []wire.MemoryNeed {
	out := []wire.MemoryNeed{}
	for _, n := range needs {
		out = append(out, wire.MemoryNeed(n))
	}
	return out
}

// Downloads implements desk.Keeper.
func (p keeperPort) Downloads(context.Context) ([]wire.Download, error) {
	out := []wire.Download{}
	for _, d := range p.a.Downloads.List() {
		out = append(out, wireDownload(d))
	}
	return out, nil
}

// Download implements desk.Keeper.
func (p keeperPort) Download(_ context.Context, r wire.DownloadRequest) (wire.Download, error) {
	d, err := p.a.Downloads.Start(r.Entry, r.File, r.Accepts)
	return wireDownload(d), err
}

// DownloadAction implements desk.Keeper.
func (p keeperPort) DownloadAction(_ context.Context, id, action string) (wire.Download, error) {
	d, err := p.a.Downloads.Act(id, action)
	return wireDownload(d), err
}

func wireDownload(d models.Download) wire.Download {
	return wire.Download{
		ID: d.ID, Entry: d.Entry, Name: d.Name, File: d.File, State: string(d.State), Bytes: d.Bytes, Total: d.Total,
		PerSecond: d.Rate, ETASeconds: math.Round(d.Left.Seconds()), Problem: d.Problem, Model: d.Model,
	}
}

// Verify implements desk.Keeper.
func (p keeperPort) Verify(ctx context.Context, id string) (wire.Verified, error) {
	v, err := p.a.engines.library.Verify(ctx, id)
	if err != nil {
		return wire.Verified{}, err
	}
	return wire.Verified{SHA256: v.SHA256, Before: v.Before, Stated: v.Stated, Sound: v.Sound, Report: v.Report, Time: v.At.Format(time.RFC3339)}, nil
}

// Configure implements desk.Keeper.
func (p keeperPort) Configure(_ context.Context, id string, s wire.ModelSettings) error {
	set := models.Settings{Context: s.Context, Threads: s.Threads, Cache: s.KVType, GPULayers: s.GPULayers, Draft: s.Draft}
	if s.Temperature != nil {
		set.Temperature = float32(*s.Temperature)
	}
	if err := p.a.engines.library.SetSettings(id, set); err != nil {
		return err
	}
	if c := p.a.engines.chat; c != nil {
		return c.Unload(id) // the next question loads it with them
	}
	return nil
}

func wireSettings(s models.Settings) wire.ModelSettings {
	w := wire.ModelSettings{Context: s.Context, Threads: s.Threads, KVType: s.Cache, GPULayers: s.GPULayers, Draft: s.Draft}
	if s.Temperature != 0 {
		t := float64(s.Temperature)
		w.Temperature = &t
	}
	return w
}

// Report implements desk.Keeper.
func (p keeperPort) Report(context.Context) (wire.ModelReport, error) {
	out := wire.ModelReport{Rows: []wire.ModelReportRow{}, Choice: -1}
	r, err := p.a.engines.library.Report()
	if err != nil || len(r.Rows) == 0 {
		return out, err
	}
	for _, row := range r.Rows {
		out.Rows = append(out.Rows, wire.ModelReportRow(row))
	}
	out.Choice, out.Why, out.Machine, out.Time = r.Choice, r.Why, r.Machine, r.At.Format(time.RFC3339)
	return out, nil
}
