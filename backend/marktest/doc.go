// Package marktest holds what tests of several packages share: encrypted
// stores in temporary folders and the search for plaintext on disk.
package marktest
