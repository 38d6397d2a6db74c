package device_test

import (
	"path/filepath"
	"testing"

	"markai/backend/device"
)

func TestSpaceOfAFolderIsFoundAndOfNoneIsNot(t *testing.T) {
	if n, ok := device.Space(t.TempDir()); !ok || n <= 0 {
		t.Errorf("got %d, %v", n, ok)
	}
	if n, ok := device.Space(filepath.Join(t.TempDir(), "nonesuch")); ok {
		t.Errorf("of no folder: got %d", n)
	}
}
