package desk

import (
	mark "markai/backend"
	"markai/backend/wire"
)

// Checker checks this installation: it asks bundled questions about the sample
// matter, in a store of its own that is removed afterwards.
type Checker interface {
	// Start begins a check; nothing happens where one is running. Errors:
	// Unavailable where this build carries no questions.
	Start() error
	// Stop ends the check that is running, if one is.
	Stop()
	// Checks are those of this installation, newest first, and how the running one stands.
	Checks() (wire.SelfChecks, error)
}

// noChecker stands for a build without questions.
type noChecker struct{}

func (noChecker) Start() error {
	return mark.Errorf(mark.Unavailable, "This build carries no questions to check the installation with.")
}
func (noChecker) Stop() {}
func (noChecker) Checks() (wire.SelfChecks, error) {
	return wire.SelfChecks{Checks: []wire.SelfCheck{}}, nil
}

// SelfChecks are the checks of this installation.
func (d *Desk) SelfChecks() (wire.SelfChecks, error) { return d.d.Checker.Checks() }

// StartSelfCheck begins a check of this installation.
func (d *Desk) StartSelfCheck() error { return d.d.Checker.Start() }

// StopSelfCheck ends the check that is running, if one is.
func (d *Desk) StopSelfCheck() { d.d.Checker.Stop() }

// SelfCheckChanged tells all watchers how the check of this installation stands.
func (d *Desk) SelfCheckChanged() { d.hub.send(wire.Event{Kind: "selfcheck"}) }
