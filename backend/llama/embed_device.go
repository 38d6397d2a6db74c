package llama

import (
	"context"
	"os"
	"strings"

	native "github.com/hybridgroup/yzma/pkg/llama"

	"markai/backend/yzma"
)

// methodDevices replies devices.
const methodDevices = "devices"

// backEnds are what llama.cpp computes with on graphics processors, by a part
// of the names of their libraries.
var backEnds = []string{"cuda", "metal", "vulkan", "hip", "sycl"}

// BackEnds returns which of the libraries in dir compute on graphics
// processors. Whether there is such a processor only Devices knows.
func BackEnds(dir string) (names []string) {
	files, err := os.ReadDir(dir)
	if err != nil {
		return nil // no runtime, no back end
	}
	for _, f := range files {
		name := strings.TrimPrefix(f.Name(), "lib")
		for _, b := range backEnds {
			if name == "ggml-"+b || strings.HasPrefix(name, "ggml-"+b+".") {
				names = append(names, f.Name())
			}
		}
	}
	return names
}

// devices are the graphics processors of a machine, as llama.cpp calls them.
type devices struct {
	Processors []Processor `json:"processors"`
}

// Devices returns the graphics processors that the embedder's runtime finds.
// It starts the worker, and fails where that fails.
func (e *Embedder) Devices(ctx context.Context) ([]string, error) {
	found, err := e.Processors(ctx)
	var names []string
	for _, p := range found {
		names = append(names, p.Name)
	}
	return names, err
}

// findDevices is the worker's side of Devices.
func findDevices() (found devices, err error) {
	s, err := setupFromEnv()
	if err != nil {
		return found, err
	}
	if err := yzma.Load(s.Runtime); err != nil {
		return found, err
	}
	for i := range native.GGMLBackendDeviceCount() {
		d := native.GGMLBackendDeviceGet(i)
		if kind := native.GGMLBackendDevType(d); kind == native.GGMLBackendDeviceTypeGPU || kind == native.GGMLBackendDeviceTypeIGPU {
			free, total := native.GGMLBackendDeviceMemory(d)
			found.Processors = append(found.Processors, Processor{
				Name:       native.GGMLBackendDeviceDescription(d) + " (" + native.GGMLBackendDeviceName(d) + ")",
				Integrated: kind == native.GGMLBackendDeviceTypeIGPU, Free: int64(free), Total: int64(total),
			})
		}
	}
	return found, nil
}
