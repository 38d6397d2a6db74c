package mark

import (
	"errors"
	"fmt"
)

// Code is what a machine needs to know of an error.
type Code string

// The codes. Transports and the command line translate them once, in a table.
const (
	Internal      Code = "internal"       // a bug or a broken machine
	Invalid       Code = "invalid"        // the request makes no sense
	NotFound      Code = "not_found"      // there is no such thing, or not for this user
	Exists        Code = "exists"         // it is there already
	Forbidden     Code = "forbidden"      // known, but not allowed
	Locked        Code = "locked"         // the vault is locked
	WrongKey      Code = "wrong_key"      // passphrase, recovery key or store key does not fit
	Damaged       Code = "damaged"        // stored data or a file is broken
	NeedsPassword Code = "needs_password" // the document is encrypted
	Unsupported   Code = "unsupported"    // not a kind of file, model or machine we can use
	TooBig        Code = "too_big"        // over a stated limit
	TooBusy       Code = "too_busy"       // a bounded queue is full: try again
	Unavailable   Code = "unavailable"    // the module or model is switched off or missing
	Crashed       Code = "crashed"        // a worker process died or was killed; the step may be tried again
	DiskFull      Code = "disk_full"      // no space is left: free some, the work goes on
	Canceled      Code = "canceled"       // the caller changed their mind
)

// Error is a code for machines, a sentence for people and a cause for the log.
type Error struct {
	Code    Code
	Message string // a whole sentence: what happened and what to do next
	Cause   error  // may be nil; never shown to people
}

// Errorf makes an Error whose message is for people.
func Errorf(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// Because returns a copy of e that carries its cause.
func (e *Error) Because(cause error) *Error {
	c := *e
	c.Cause = cause
	return &c
}

// Error gives the message, followed by the cause if there is one.
func (e *Error) Error() string {
	if e.Cause != nil {
		return e.Message + " (" + e.Cause.Error() + ")"
	}
	return e.Message
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Cause }

// Is matches any Error of the same code, so that errors.Is(err, mark.ErrLocked)
// style sentinels need no identity.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Code == e.Code && t.Message == ""
}

// CodeOf returns the code of the first Error in err's chain, else Internal.
func CodeOf(err error) Code {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return Internal
}

// MessageOf returns the sentence for people in err's chain. An error without
// one is a bug or a broken machine, and its text is not for people.
func MessageOf(err error) string {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Message
	}
	return "Something in the program or the machine broke. The log has the details."
}
