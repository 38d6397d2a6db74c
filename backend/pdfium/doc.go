// Package pdfium reads PDF files with PDFium, compiled to WebAssembly, in
// worker processes.
package pdfium
