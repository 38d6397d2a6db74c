package desktop

import "markai/backend/wire"

// SayOfAnswer records what the reader says of an answer.
func (b *Bridge) SayOfAnswer(matter string, f wire.Feedback) error {
	return pageError(b.desk.SayOfAnswer(b.ctx, matter, f))
}

// Quality says how a matter's answers turned out.
func (b *Bridge) Quality(matter string) (wire.Quality, error) {
	return reply(b.desk.Quality(b.ctx, matter))
}

// Replay puts the question of an answer again and says what differs.
func (b *Bridge) Replay(matter, id string) (wire.Replay, error) {
	return reply(b.desk.Replay(b.ctx, matter, id))
}

// SelfChecks are the checks of this installation.
func (b *Bridge) SelfChecks() (wire.SelfChecks, error) { return reply(b.desk.SelfChecks()) }

// StartSelfCheck begins a check of this installation.
func (b *Bridge) StartSelfCheck() error { return pageError(b.desk.StartSelfCheck()) }

// StopSelfCheck ends the check that is running, if one is.
func (b *Bridge) StopSelfCheck() { b.desk.StopSelfCheck() }
