//go:build desktop

package desktop

import (
	"context"
	"io/fs"
	"net/http"
	"strconv"
	"strings"

	"github.com/wailsapp/wails/v2"
	"github.com/wailsapp/wails/v2/pkg/logger"
	"github.com/wailsapp/wails/v2/pkg/options"
	"github.com/wailsapp/wails/v2/pkg/options/assetserver"
	"github.com/wailsapp/wails/v2/pkg/options/linux"
	"github.com/wailsapp/wails/v2/pkg/runtime"

	"markai/backend/desk"
)

// Available reports whether this build has a window.
const Available = true

// Run shows the window and returns when it is closed or ctx ends.
func Run(ctx context.Context, d *desk.Desk, assets fs.FS) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	w := &window{}
	bridge := NewBridge(ctx, d, w)
	defer bridge.wait()
	return wails.Run(&options.App{
		Title:            "Mark AI",
		Width:            1280,
		Height:           800,
		MinWidth:         720,
		MinHeight:        480,
		StartHidden:      true, // shown when the page stands: no white flash
		BackgroundColour: options.NewRGB(247, 247, 245),
		AssetServer:      &assetserver.Options{Assets: assets, Handler: originals(d)},
		DragAndDrop:      &options.DragAndDrop{EnableFileDrop: true},
		LogLevel:         logger.ERROR,
		Linux:            &linux.Options{ProgramName: "markai", WebviewGpuPolicy: linux.WebviewGpuPolicyOnDemand},
		Bind:             []any{bridge},
		OnStartup: func(wctx context.Context) {
			w.ctx = wctx
			runtime.OnFileDrop(wctx, func(_, _ int, paths []string) { w.Emit("files-dropped", paths) })
			bridge.wg.Go(func() { bridge.forward(ctx) })
			bridge.wg.Go(func() {
				<-ctx.Done()
				runtime.Quit(wctx)
			})
		},
		OnDomReady: func(wctx context.Context) {
			runtime.WindowShow(wctx)
		},
		OnShutdown: func(context.Context) { cancel() },
	})
}

// window is the native window as a Host.
type window struct{ ctx context.Context }

func (w *window) Emit(event string, data any) { runtime.EventsEmit(w.ctx, event, data) }

func (w *window) PickFiles() ([]string, error) {
	return runtime.OpenMultipleFilesDialog(w.ctx, runtime.OpenDialogOptions{Title: "Add files to the matter"})
}

func (w *window) PickFolder() (string, error) {
	return runtime.OpenDirectoryDialog(w.ctx, runtime.OpenDialogOptions{Title: "Watch a folder"})
}

func (w *window) PickModel() (string, error) {
	return runtime.OpenFileDialog(w.ctx, runtime.OpenDialogOptions{
		Title: "Import a model", Filters: []runtime.FileFilter{{DisplayName: "Models (*.gguf)", Pattern: "*.gguf"}},
	})
}

func (w *window) SaveFile(name string) (string, error) {
	return runtime.SaveFileDialog(w.ctx, runtime.SaveDialogOptions{DefaultFilename: name})
}

// originals answers /original/{matter}/{document} and
// /picture/{matter}/{document}/{page} for the reader.
func originals(d *desk.Desk) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		parts := strings.Split(strings.TrimPrefix(r.URL.Path, "/"), "/")
		if len(parts) == 4 && parts[0] == "picture" {
			n, err := strconv.Atoi(parts[3])
			if err == nil {
				err = d.ServePicture(rw, r, parts[1], parts[2], n)
			}
			if err != nil {
				http.Error(rw, desk.WireError(err).Message, http.StatusNotFound)
			}
			return
		}
		if len(parts) != 3 || parts[0] != "original" {
			http.NotFound(rw, r)
			return
		}
		// A "not modified" answer hangs WebView2, so every request is a full one.
		r.Header.Del("If-Modified-Since")
		r.Header.Del("If-None-Match")
		if err := d.ServeOriginal(rw, r, parts[1], parts[2]); err != nil {
			http.Error(rw, desk.WireError(err).Message, http.StatusNotFound)
		}
	})
}
