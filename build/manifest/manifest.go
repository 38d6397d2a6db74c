// Package manifest holds what is pinned, for the program to check at run time.
package manifest

import _ "embed"

// Models lists the models that come with Mark AI (JSON; backend/models reads it).
//
//go:embed models.json
var Models []byte
