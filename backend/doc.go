// Package mark holds the words Mark AI is made of: matters, documents, pages,
// passages, answers and the ports through which they come and go. It has no
// I/O and imports the standard library only; every other package may import it.
package mark
