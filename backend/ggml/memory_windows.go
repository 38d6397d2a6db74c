package ggml

// peakMemory is not found on Windows.
func peakMemory() int64 { return 0 }
