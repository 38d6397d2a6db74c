// Package ggml quantizes model files with llama.cpp's own code and measures
// what that costs: speed, memory, and how far the small model's predictions
// part from the original's. All native work runs in a worker process that is
// ended after each job, so that a broken model file costs one job.
package ggml
