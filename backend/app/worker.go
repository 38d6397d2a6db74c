package app

import (
	"maps"

	"markai/backend/archive"
	"markai/backend/bert"
	"markai/backend/ggml"
	"markai/backend/image"
	"markai/backend/llama"
	"markai/backend/pdf"
	"markai/backend/pdfium"
	"markai/backend/pst"
	"markai/backend/tesseract"
	"markai/backend/worker"
)

// RunWorker is the child's side: it serves one kind of native work until its
// parent closes the pipe, and then ends the process. It returns only when
// there is no such kind.
func RunWorker(kind string) (known bool) {
	handlers := map[string]func() worker.Handlers{
		pdfium.Kind:    pdfHandlers,
		image.Kind:     image.Handlers,
		archive.Kind:   unpackHandlers,
		tesseract.Kind: tesseract.Handlers,
		"chat":         llama.Handlers,
		"embed":        llama.Handlers,
		bert.Kind:      bert.Handlers,
		ggml.Kind:      ggml.Handlers,
	}
	h, ok := handlers[kind]
	if ok {
		worker.Main(kind, h())
	}
	return ok
}

// pdfHandlers are both PDF readers: a file that breaks one is tried by the
// other in the same process.
func pdfHandlers() worker.Handlers {
	h := pdfium.Handlers()
	maps.Copy(h, pdf.Handlers())
	return h
}

// unpackHandlers open what holds other files.
func unpackHandlers() worker.Handlers { return worker.Merge(archive.Handlers(), pst.Handlers()) }
