// Package worker runs dangerous native code in supervised child processes.
//
// The same executable is started again as `markai worker <kind>`. Parent and
// child speak length-prefixed frames over the child's standard input and
// output: no port, no file. Several calls at once share one process. A child
// that hangs, grows over its memory limit or dies costs its calls a
// mark.Crashed and nothing else. On Linux a child has no sockets, may start no
// programs and may write only to the directories it was given; elsewhere it
// has the parent's rights.
package worker
